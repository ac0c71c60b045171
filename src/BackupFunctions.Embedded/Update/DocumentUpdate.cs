using BackupFunctions.Embedded.Aggregation;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Update;

/// <summary>A parsed update.</summary>
internal abstract class DocumentUpdate
{
    public virtual bool IsReplacement => false;

    /// <summary>Whether the oplog has its delta even where the whole document is shorter.</summary>
    public virtual bool IsDelta => false;

    /// <summary>
    /// The document after the update, checked for storage, <c>_id</c> first. A change of <c>_id</c> gives error 66, a result above the limit
    /// 17419.
    /// </summary>
    public byte[] Apply(WriteUnit unit, RawValue old, bool inserting)
    {
        var changed = Change(old, new UpdateContext(unit, inserting));
        var (before, after) = (old["_id"u8], changed["_id"u8]);
        if (!before.IsMissing && (after.IsMissing || BsonOrder.Compare(before, after) != 0))
        {
            throw new CommandException(66, "ImmutableField", $"Performing an update on the path '_id' would modify the immutable field '_id'");
        }
        if (changed.Length > DocumentIntake.MaxBytes)
        {
            throw new CommandException(17419, "Location17419", $"Resulting document after update is larger than {DocumentIntake.MaxBytes}");
        }
        return DocumentIntake.Prepare(unit, changed.ToArray(), KeepsEmptyTimestamps);
    }

    protected virtual bool KeepsEmptyTimestamps => true;

    protected abstract RawValue Change(RawValue old, UpdateContext context);
}

/// <summary>Update operators.</summary>
internal sealed class ModifierUpdate(IReadOnlyList<Modification> modifications, bool tolerant = false) : DocumentUpdate
{
    private const int PathNotViable = 28;

    public override bool IsDelta => true;

    /// <summary>The same, passing over paths that lead through values without fields, as a replay may meet them.</summary>
    public ModifierUpdate Tolerant() => new(modifications, tolerant: true);

    protected override RawValue Change(RawValue old, UpdateContext context)
    {
        var root = new UpdateNode(old);
        foreach (var modification in modifications)
        {
            try
            {
                modification.Apply(root, context);
            }
            catch (CommandException e) when (tolerant && e.Code == PathNotViable)
            {
                // the document is newer than the update
            }
        }
        return root.Value;
    }
}

/// <summary>A whole new document; it keeps the old <c>_id</c> when it brings none.</summary>
internal sealed class ReplacementUpdate(RawValue replacement, bool keepEmptyTimestamps) : DocumentUpdate
{
    public override bool IsReplacement => true;

    protected override bool KeepsEmptyTimestamps => keepEmptyTimestamps;

    protected override RawValue Change(RawValue old, UpdateContext context)
    {
        var id = old["_id"u8];
        if (id.IsMissing || !replacement["_id"u8].IsMissing) return replacement;
        return RawValue.Document(new RawWriter(replacement.Length + id.Length + 16).Append("_id"u8, id).AppendAll(replacement).ToDocument());
    }
}

/// <summary>An update by aggregation stages.</summary>
internal sealed class PipelineUpdate(Pipeline pipeline) : DocumentUpdate
{
    protected override RawValue Change(RawValue old, UpdateContext context) => pipeline.Run([old]).Single();
}
