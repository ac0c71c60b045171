using System.Net;
using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Storage;

namespace BackupFunctions.Embedded.Server;

/// <summary>How an <see cref="EmbeddedMongoServer"/> listens and whom it lets in.</summary>
public sealed record EmbeddedMongoOptions
{
    /// <summary>Members of the replica set, 1 to 3, over one store; the default is 1.</summary>
    public int Members { get; init; } = 1;

    /// <summary>The TCP port of the first member, which the others follow; the default is 0, any free ones.</summary>
    public int Port { get; init; }

    /// <summary>The address to listen on; the default is loopback.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>
    /// The host name or address that clients are told to use: a driver goes to the address that the replica set names, not to the one it was
    /// given. The default is <see cref="Address"/>, or loopback when that is any address.
    /// </summary>
    public string? Host { get; init; }

    /// <summary>The name of the replica set; the default is <c>rs0</c>.</summary>
    public string ReplicaSet { get; init; } = "rs0";

    /// <summary>The server version that it says it is, major.minor.patch; the default is 7.0.14, which knows <c>bypassEmptyTsReplacement</c>. What it does is the same for all.</summary>
    public Version ServerVersion { get; init; } = new(7, 0, 14);

    /// <summary>TLS; the default is none.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Who may log in. The default is nobody, and then no one has to.</summary>
    public IReadOnlyList<EmbeddedUser> Users { get; init; } = [];

    /// <summary>Collections that are computed instead of kept; the default is none.</summary>
    public IReadOnlyList<SeededCollection> Seeds { get; init; } = [];

    /// <summary>A transaction whose operations take more bytes has several oplog entries; the default is the server's, 16 MiB.</summary>
    public int MaxTransactionEntryBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Whether the inserts of a retryable write share one oplog entry; the default is what <see cref="ServerVersion"/> does: from 8.0 on.</summary>
    public bool? VectoredInserts { get; init; }

    /// <summary>Bytes after which the oplog drops its oldest entries; the default is 256 MiB.</summary>
    public long OplogBytes { get; init; } = Store.DefaultOplogBytes;

    /// <summary>
    /// About how many bytes of memory the states of the past may keep for snapshot reads and rollbacks, beside the time that
    /// <c>minSnapshotHistoryWindowInSeconds</c> bounds; the default is 256 MiB.
    /// </summary>
    public long HistoryBytes { get; init; } = History.DefaultMaxBytes;

    /// <summary>How often a no-op entry is written when nothing else is; the default is never.</summary>
    public TimeSpan? NoopInterval { get; init; }

    /// <summary>Told the name of each command before it is run, on the thread that runs it; several at a time. The default is nobody.</summary>
    public Action<string>? OnCommand { get; init; }

    /// <summary>The clock; the default is the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
