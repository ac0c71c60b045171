namespace BackupFunctions;

/// <summary>What kind of failure it is; each kind has one exit code (docs/cli.md).</summary>
public enum ErrorKind
{
    /// <summary>Failed for a reason that has no kind of its own (exit 1).</summary>
    Failed,

    /// <summary>Wrong usage or settings; nothing was touched (exit 2).</summary>
    Configuration,

    /// <summary>Done in part, for example on one of two nodes (exit 3).</summary>
    Partial,

    /// <summary>No such backup, file or block (exit 10).</summary>
    NotFound,

    /// <summary>Another run holds the repository (exit 11).</summary>
    Locked,

    /// <summary>The key or passphrase does not open this repository (exit 12).</summary>
    WrongKey,

    /// <summary>Bytes are not what was written: corrupt, truncated or tampered with (exit 13).</summary>
    Corrupt,

    /// <summary>The oplog does not reach back to the last backup, or a point in time lies in a gap (exit 14).</summary>
    OplogGap,

    /// <summary>A node holds a newer manifest than the catalogue knows: it was rolled back, lost, or belongs to another host (exit 1).</summary>
    Conflict,
}

/// <summary>
/// The one exception of the engine. The message starts with a verb, in lower case, and names what failed
/// (<c>open block bafk… of data/0003: tag mismatch</c>); the hint says what the reader can do.
/// </summary>
public sealed class BackupException(ErrorKind kind, string message, string? hint = null, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The kind, which decides the exit code.</summary>
    public ErrorKind Kind { get; } = kind;

    /// <summary>What to do about it, or null.</summary>
    public string? Hint { get; } = hint;

    /// <summary>Bytes that are not what was written.</summary>
    public static BackupException Corrupt(string message, Exception? inner = null) => new(ErrorKind.Corrupt, message, inner: inner);

    /// <summary>Something asked for that is not there.</summary>
    public static BackupException NotFound(string message, string? hint = null) => new(ErrorKind.NotFound, message, hint);
}
