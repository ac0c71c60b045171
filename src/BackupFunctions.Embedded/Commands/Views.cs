using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>Views are documents of <c>system.views</c>; making, changing and dropping one writes there.</summary>
internal static class Views
{
    public static void Create(WriteUnit unit, Namespace ns, string viewOn, RawValue pipeline, RawValue collation)
    {
        ns.CheckForCreate();
        if (unit.Find(ns) is not null) throw new CommandException(48, "NamespaceExists", $"ns: {ns} already exists");
        var bytes = Definition(ns, viewOn, pipeline, collation);
        unit.EditOrCreate(ns.Views);
        unit.Insert(ns.Views, bytes);
    }

    public static void Change(WriteUnit unit, View view, string? viewOn, RawValue pipeline)
    {
        var bytes = Definition(view.Namespace, viewOn ?? view.On.Collection, pipeline.IsMissing ? view.Pipeline : pipeline, view.Collation);
        unit.Replace(view.Namespace.Views, Record(unit, view), bytes, RawValue.Document(bytes));
    }

    public static void Drop(WriteUnit unit, View view) => unit.Delete(view.Namespace.Views, Record(unit, view));

    private static Record Record(WriteUnit unit, View view)
    {
        var id = view.Namespace.ToString();
        return unit.Edit(view.Namespace.Views).Current.Natural(forward: true).First(r => r.Document["_id"u8] is { Type: BsonType.String } own && own.Text == id);
    }

    private static byte[] Definition(Namespace ns, string viewOn, RawValue pipeline, RawValue collation)
    {
        Namespace.Of(ns.Database, viewOn);
        if (pipeline.IsMissing) pipeline = RawValue.Array(CollectionOptions.None);
        // Stages that this server does not know are kept: they are refused when the view is read.
        if (!pipeline.IsArray) throw new CommandException(14, "TypeMismatch", "BSON field 'create.pipeline' is the wrong type, expected type 'array'");
        foreach (var stage in pipeline.Elements)
        {
            if (!stage.Value.IsDocument || stage.Value.Elements.Count() != 1)
            {
                throw new CommandException(40323, "Location40323", "A pipeline stage specification object must contain exactly one field.");
            }
        }
        var writer = new RawWriter().Append("_id", ns.ToString()).Append("viewOn", viewOn).Append("pipeline", pipeline);
        if (!collation.IsMissing) writer.Append("collation", collation);
        return writer.ToDocument();
    }
}
