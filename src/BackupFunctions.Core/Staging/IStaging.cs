namespace BackupFunctions.Staging;

/// <summary>
/// Holds the sealed CAR segments of a run between its activities and after a failed upload. Of backups only ciphertext is ever written here; alerts wait here, too.
/// A segment becomes visible whole, when it is committed, and never changes; writing one again replaces it, and of two that are written at once under one name
/// one stays, whole. A reader gets the bytes of one of them, or an error, and never a mixture. Implementations are thread-safe and retry by themselves.
/// A full disk fails with <see cref="ErrorKind.Failed"/> and names BACKUP_STAGING.
/// </summary>
public interface IStaging
{
    /// <summary>Starts a segment; run and segment are made of letters, digits, dashes and dots. The token holds for all that is written.</summary>
    Task<IStagedWriter> Create(string run, string segment, CancellationToken cancellationToken);

    /// <summary>Opens a committed segment; <see cref="ErrorKind.NotFound"/> when it is absent. The caller disposes the stream.</summary>
    Task<Stream> OpenRead(string run, string segment, CancellationToken cancellationToken);

    /// <summary>The committed segments of a run, ordered by name.</summary>
    IAsyncEnumerable<StagedSegment> List(string run, CancellationToken cancellationToken);

    /// <summary>Runs that have something staged, ordered by name.</summary>
    IAsyncEnumerable<string> Runs(CancellationToken cancellationToken);

    /// <summary>Deletes all that is staged for a run; none is fine.</summary>
    Task Delete(string run, CancellationToken cancellationToken);

    /// <summary>Bytes that may still be staged; null where no limit is known.</summary>
    Task<long?> FreeBytes(CancellationToken cancellationToken);
}

/// <summary>A segment being written; disposing it without a commit leaves nothing.</summary>
public interface IStagedWriter : IAsyncDisposable
{
    /// <summary>Where to write; not to be disposed by the caller.</summary>
    Stream Stream { get; }

    /// <summary>Makes the segment durable and visible.</summary>
    Task Commit(CancellationToken cancellationToken);
}

/// <summary>A committed segment and its length in bytes.</summary>
public sealed record StagedSegment(string Name, long Bytes);
