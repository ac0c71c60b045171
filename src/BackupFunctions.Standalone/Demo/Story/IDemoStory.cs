using BackupFunctions.Mongo;

namespace BackupFunctions.Standalone.Demo.Story;

/// <summary>How a run is told: to people or as JSON lines.</summary>
public interface IDemoStory
{
    /// <summary>A step begins.</summary>
    void Begin(DemoStep step);

    /// <summary>Runs the long part of a step and shows how far it is; the callback takes stage, done and total (0: unknown), from any thread.</summary>
    Task<T> Watch<T>(DemoStep step, Func<Action<string, long, long>, Task<T>> work);

    /// <summary>A step is done, with what it has to tell.</summary>
    void Done(DemoStep step, TimeSpan took, IReadOnlyList<DemoFact> facts);

    /// <summary>Why the run ends early or badly, and what to do about it.</summary>
    void Fail(DemoFailure failure);

    /// <summary>The end, good or bad: always told, and last but for <see cref="Serve"/>.</summary>
    void Finish(DemoSummary summary);

    /// <summary>What is kept is served here now, until the process is told to stop.</summary>
    void Serve(Uri address);
}

/// <summary>A failure as it is told; <paramref name="Step"/> is null when none had begun.</summary>
public sealed record DemoFailure(DemoStep? Step, string Kind, string Message, string? Hint, int ExitCode);

/// <summary>The result of a run.</summary>
public sealed record DemoSummary
{
    /// <summary>Whether every byte came back.</summary>
    public required bool Ok { get; init; }

    /// <summary>Documents backed up.</summary>
    public long Documents { get; init; }

    /// <summary>Their length as BSON.</summary>
    public long Bytes { get; init; }

    /// <summary>What one node stores.</summary>
    public long StoredBytes { get; init; }

    /// <summary>Nodes that hold the backup, verified.</summary>
    public int Nodes { get; init; }

    /// <summary><c>vault</c>, <c>rpc</c>, or <c>mixed</c>; null when no nodes were opened.</summary>
    public string? NodeKind { get; init; }

    /// <summary>Root CID; null when there is no backup.</summary>
    public string? Root { get; init; }

    /// <summary>Differences between the data before and after.</summary>
    public int Mismatches { get; init; }

    /// <summary>Incremental backups, each verified on both nodes.</summary>
    public int Incrementals { get; init; }

    /// <summary>Differences between the moment before the mistake and what the restore to it gave.</summary>
    public int PitrMismatches { get; init; }

    /// <summary>The first point in time that can be restored; null when there is none.</summary>
    public Optime? RestorableFrom { get; init; }

    /// <summary>The last one.</summary>
    public Optime? RestorableTo { get; init; }

    /// <summary>How long the run took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>What the user should know about what stays behind.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
