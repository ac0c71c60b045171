using BackupFunctions.Mongo;

namespace BackupFunctions.Restore;

/// <summary>What is replayed, and with how much memory.</summary>
public sealed record ReplayOptions
{
    /// <summary>The last moment that counts: what takes effect later is left out, transactions that commit later among it. The default value is the end of the entries.</summary>
    public Optime? Target { get; init; }

    /// <summary>
    /// What takes effect at this moment or before is in the data already; such entries only complete transactions that commit later. The default
    /// value is none: everything is applied.
    /// </summary>
    public Optime? ApplyAfter { get; init; }

    /// <summary>
    /// For data that were read while the oplog up to here was written, and are not of one moment: a rename that takes effect in that time is refused,
    /// since it cannot be told which name a document was read under. The default value is none: the data are of one moment.
    /// </summary>
    public Optime? InexactThrough { get; init; }

    /// <summary>What is selected, by names as the oplog has them. The default value is everything.</summary>
    public NamespaceFilter Filter { get; init; } = NamespaceFilter.Everything();

    /// <summary>Where it goes. The default value is the same names.</summary>
    public NamespaceRenames Renames { get; init; } = NamespaceRenames.None;

    /// <summary>
    /// Collections of the target that are not to be touched, by their names there: an operation on one of them ends the replay. The default value is
    /// none.
    /// </summary>
    public IReadOnlySet<Namespace> Foreign { get; init; } = new HashSet<Namespace>();

    /// <summary>Whether <c>applyOps</c> is used where server and account allow it. The default value is true.</summary>
    public bool UseApplyOps { get; init; } = true;

    /// <summary>Bytes of memory for all open transactions; what is more goes, sealed, to <see cref="SpillDirectory"/>. The default value is 64 MiB.</summary>
    public long TransactionMemory { get; init; } = 64L << 20;

    /// <summary>Where transactions go that memory has no room for. The default value is the system's directory for temporary files.</summary>
    public string SpillDirectory { get; init; } = Path.GetTempPath();

    /// <summary>Bytes of operations that are gathered before they are written. The default value is 16 MiB.</summary>
    public long BatchBytes { get; init; } = 16L << 20;

    /// <summary>Operations that are gathered before they are written. The default value is 10,000.</summary>
    public int BatchOperations { get; init; } = 10_000;

    /// <summary>Write commands at a time. The default value is 4.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>How often the position is noted, at most: after this time, or <see cref="SaveBytes"/>. The default value is 5 seconds.</summary>
    public TimeSpan SaveEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes of operations after which the position is noted. The default value is 64 MiB.</summary>
    public long SaveBytes { get; init; } = 64L << 20;
}
