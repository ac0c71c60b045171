using BackupFunctions.Embedded.Storage;
using BackupFunctions.Embedded.TimeSeries;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary><c>create</c>: collections, time series and views. Options are kept in the bytes and the order they came in.</summary>
internal static class CreateCommand
{
    private static readonly string[] Options =
    [
        "capped", "size", "max", "viewOn", "pipeline", "collation", "validator", "validationLevel", "validationAction", "clusteredIndex",
        "expireAfterSeconds", "timeseries", "indexOptionDefaults", "storageEngine", "changeStreamPreAndPostImages", "temp", "encryptedFields",
    ];

    /// <summary>The fields that it knows; <c>temp</c> comes with <c>applyOps</c> only.</summary>
    public static readonly string[] Fields = [.. Options, "idIndex", "autoIndexId"];

    public static BsonDocument Run(Store store, CommandContext context)
    {
        var arguments = Arguments.Read(context, Fields);
        if (arguments.Flag("temp")) throw Invalid("the 'temp' field is an invalid option");
        return store.Write(context, unit => Apply(unit, arguments));
    }

    /// <summary>Makes the collection, with this UUID where one is given, or the view.</summary>
    public static BsonDocument Apply(WriteUnit unit, Arguments arguments, Guid? uuid = null)
    {
        var ns = WriteTarget.Of(arguments);
        if (!arguments["timeseries"].IsMissing && !ns.IsBuckets)
        {
            Series.Create(unit, ns, arguments);
            return [];
        }
        Check(ns, arguments);
        if (arguments.Text("viewOn") is { } viewOn) Views.Create(unit, ns, viewOn, arguments["pipeline"], arguments["collation"]);
        else unit.Create(ns, OptionsOf(arguments), arguments.Object("idIndex") is { IsMissing: false } idIndex ? IndexSpecification.ForId(idIndex) : null, uuid);
        return [];
    }

    private static byte[] OptionsOf(Arguments arguments)
    {
        var writer = new RawWriter();
        foreach (var element in arguments.Body.Elements)
        {
            if (Options.Contains(element.Name)) writer.Append(element);
        }
        return writer.ToDocument();
    }

    private static void Check(Namespace ns, Arguments arguments)
    {
        var capped = arguments.Flag("capped");
        if (capped && !arguments["size"].IsNumber) throw Invalid("the 'size' field is required when 'capped' is true");
        if (!capped && (!arguments["size"].IsMissing || !arguments["max"].IsMissing)) throw Invalid("the 'size' and 'max' fields need 'capped' to be true");
        if (capped && Values.Long(arguments["size"]) <= 0) throw new CommandException(51024, "Location51024", "BSON field 'size' value must be >= 1");
        if (arguments["viewOn"].IsMissing && !arguments["pipeline"].IsMissing) throw Invalid("'pipeline' requires 'viewOn' to also be specified");
        if (!arguments["viewOn"].IsMissing && (capped || !arguments["validator"].IsMissing || !arguments["idIndex"].IsMissing || !arguments["clusteredIndex"].IsMissing))
        {
            throw Invalid($"create view {ns}: only 'pipeline' and 'collation' go with 'viewOn'");
        }
        if (!arguments["autoIndexId"].IsMissing && !arguments.Flag("autoIndexId") && ns.IsReplicated) throw Invalid("'autoIndexId: false' is only allowed in the local database");
        CheckClustered(ns, arguments, capped);
        CheckOneOf(arguments, "validationLevel", "off", "strict", "moderate");
        CheckOneOf(arguments, "validationAction", "error", "warn");
    }

    private static void CheckClustered(Namespace ns, Arguments arguments, bool capped)
    {
        // buckets alone have it in the form of the first servers that clustered them
        if (ns.IsBuckets && arguments["clusteredIndex"].Type == BsonType.Boolean && arguments["clusteredIndex"].Boolean) return;
        var clustered = arguments.Object("clusteredIndex");
        if (clustered.IsMissing) return;
        if (capped) throw Invalid("cannot use capped collections with clustered indexes");
        var key = clustered["key"u8];
        if (!key.IsDocument || BsonOrder.Compare(key, IndexDefinition.Id.Key) != 0) throw Invalid("The clusteredIndex option is only supported for key: {_id: 1}");
        if (!Values.IsTrue(clustered["unique"u8])) throw Invalid("The clusteredIndex option requires unique: true to be specified");
    }

    private static void CheckOneOf(Arguments arguments, string name, params ReadOnlySpan<string> values)
    {
        if (arguments.Text(name) is not { } value || values.Contains(value)) return;
        throw new CommandException(2, "BadValue", $"Enumeration value '{value}' for field 'create.{name}' is not a valid value.");
    }

    private static CommandException Invalid(string message) => new(72, "InvalidOptions", message);
}
