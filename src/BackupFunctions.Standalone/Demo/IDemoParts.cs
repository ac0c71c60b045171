using BackupFunctions.Mongo;
using BackupFunctions.Standalone.Demo.Comparison;
using BackupFunctions.Standalone.Demo.Data;
using BackupFunctions.Standalone.Demo.Data.Changes;

namespace BackupFunctions.Standalone.Demo;

/// <summary>What the demo is put together from.</summary>
public interface IDemoParts
{
    /// <summary>Starts the embedded server on a free port of loopback.</summary>
    Task<IDemoServer> StartServer(CancellationToken cancellationToken);

    /// <summary>Connects to a server.</summary>
    /// <exception cref="BackupException">The URI is malformed.</exception>
    IDemoDatabases Connect(string mongoUri);

    /// <summary>Starts two real IPFS nodes that keep their data in this directory.</summary>
    /// <exception cref="BackupException">What they need is not installed, or they do not come up.</exception>
    Task<IDemoNodes> StartNodes(string directory, CancellationToken cancellationToken);

    /// <summary>Opens the engine on a server and two nodes, which are asked who they are.</summary>
    /// <exception cref="BackupException">A setting is wrong, or a node is not usable.</exception>
    Task<IDemoEngine> OpenEngine(DemoSetup setup, CancellationToken cancellationToken);

    /// <summary>Serves the HTTP API with these settings until it is cancelled, which is no error; <paramref name="listening"/> is told where, once.</summary>
    /// <exception cref="BackupException">It cannot be served.</exception>
    Task Serve(DemoSetup setup, Action<Uri> listening, CancellationToken cancellationToken);
}

/// <summary>A server that was started; disposing stops it.</summary>
public interface IDemoServer : IAsyncDisposable
{
    /// <summary>Where it listens, without credentials.</summary>
    string ConnectionString { get; }
}

/// <summary>Two nodes that were started; disposing stops them.</summary>
public interface IDemoNodes : IAsyncDisposable
{
    /// <summary>Their addresses.</summary>
    IReadOnlyList<string> Urls { get; }
}

/// <summary>The demo's databases on one server. None of its operations touches another database.</summary>
public interface IDemoDatabases : IDisposable
{
    /// <summary>Host and port of the server, without credentials.</summary>
    string Address { get; }

    /// <summary>Databases that have a name of the demo and were not made by it.</summary>
    Task<IReadOnlyList<string>> Foreign(CancellationToken cancellationToken);

    /// <summary>Drops what an earlier run left, and writes the data set.</summary>
    Task<DemoDataSummary> Write(IProgress<DemoDataProgress> progress, CancellationToken cancellationToken);

    /// <summary>Goes on writing, after <see cref="Write"/>, and each change once.</summary>
    Task<DemoChanges> Change(DemoChange change, CancellationToken cancellationToken);

    /// <summary>The server's time of operation: nothing that was acknowledged is later, and whatever is written from now on is.</summary>
    Task<Optime> Moment(CancellationToken cancellationToken);

    /// <summary>Reads everything and hashes it.</summary>
    Task<DataFingerprint> Fingerprint(CancellationToken cancellationToken);

    /// <summary>Drops the shop alone.</summary>
    Task DropShop(CancellationToken cancellationToken);

    /// <summary>Drops the databases.</summary>
    Task Drop(CancellationToken cancellationToken);
}

/// <summary>The engine's settings in the demo.</summary>
/// <param name="MongoUri">MONGODB_URI: source, and target of the restore.</param>
/// <param name="NodeUrls">IPFS_NODE_1_URL and IPFS_NODE_2_URL.</param>
/// <param name="KeyFile">BACKUP_ENCRYPTION_KEY_FILE: 32 random bytes in base64, of this run alone.</param>
/// <param name="Include">BACKUP_INCLUDE: backup and restore go no further than these namespaces.</param>
/// <param name="Directory">Where staging and the catalogue go: on a server of somebody's own nothing but the demo's databases is written, and what a restore keeps there until it ends.</param>
public sealed record DemoSetup(string MongoUri, IReadOnlyList<string> NodeUrls, string KeyFile, IReadOnlyList<string> Include, string Directory);
