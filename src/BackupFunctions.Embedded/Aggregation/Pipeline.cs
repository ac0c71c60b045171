using BackupFunctions.Embedded.Storage;

namespace BackupFunctions.Embedded.Aggregation;

/// <summary>One stage: turns a stream of documents into another.</summary>
internal abstract class Stage
{
    public abstract IEnumerable<RawValue> Run(IEnumerable<RawValue> documents);
}

/// <summary>Stages, one behind the other.</summary>
internal sealed class Pipeline(IReadOnlyList<Stage> stages)
{
    public IReadOnlyList<Stage> Stages => stages;

    public IEnumerable<RawValue> Run(IEnumerable<RawValue> documents) => stages.Aggregate(documents, (input, stage) => stage.Run(input));

    /// <summary>The pipeline without its first stages.</summary>
    public Pipeline From(int stage) => new([.. stages.Skip(stage)]);
}
