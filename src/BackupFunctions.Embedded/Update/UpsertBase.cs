using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;

namespace BackupFunctions.Embedded.Update;

/// <summary>The document that an upsert starts from: what the filter says by equality.</summary>
internal static class UpsertBase
{
    public static RawValue Of(Filter filter, bool idOnly)
    {
        var root = new UpdateNode(RawValue.Document(CollectionOptions.None));
        foreach (var condition in filter.Conjuncts.OfType<PathFilter>())
        {
            var isId = condition.Path is [var first, ..] && first.AsSpan().SequenceEqual("_id"u8);
            if (Value(condition.Test) is not { IsMissing: false } value || (idOnly && !(isId && condition.Path.Length == 1))) continue;
            if (!root.Get(condition.Path).IsMissing)
            {
                throw new CommandException(54, "NotSingleValueField", $"cannot infer query fields to set, path '{new IndexField(condition.Path, false).Name}' is matched twice");
            }
            root.Set(condition.Path, value);
        }
        return root.Value;
    }

    private static RawValue Value(ValueTest test) => test switch
    {
        Comparison { Kind: ComparisonKind.Equal } equal => equal.Operand,
        InTest { Plain: { Count: 1 } values } => values.First(),
        _ => default,
    };
}
