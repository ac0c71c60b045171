using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Rotation;
using BackupFunctions.Tests.Encryption;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.Tests.Repositories;

/// <summary>Two nodes, a catalogue and a key, and as many processes that open them as a test wants.</summary>
internal sealed class TestRepository(ICatalog? catalog = null, int seed = 1000) : IDisposable
{
    private readonly List<RepositorySession> _sessions = [];
    private int _seed = seed;

    public static string Key { get; } = Convert.ToBase64String(new SeededRandomSource(11).Bytes(32));

    public static string OtherKey { get; } = Convert.ToBase64String(new SeededRandomSource(12).Bytes(32));

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));

    public FaultyNode First { get; } = new(new("node 1"));

    public FaultyNode Second { get; } = new(new("node 2"));

    public IReadOnlyList<IIpfsNode> Nodes => [First, Second];

    public ICatalog Catalog { get; } = catalog ?? new MemoryCatalog();

    public MemoryCatalog Memory => (MemoryCatalog)Catalog;

    public static IKeySource KeySource(string? key = null) => new ValueKeySource("BACKUP_ENCRYPTION_KEY", key ?? Key);

    /// <summary>What one process has open; its random numbers are its own.</summary>
    public RepositorySession Session(string? key = null, string? newKey = null)
    {
        var session = new RepositorySession(
            Catalog, KeySource(key), Nodes, new SeededRandomSource(Interlocked.Increment(ref _seed)), Time, newKey is null ? null : KeySource(newKey));
        lock (_sessions) _sessions.Add(session);
        return session;
    }

    /// <summary>The manifest as another process sees it.</summary>
    public ManifestStore Manifest(RepositorySession? session = null) => new(session ?? Session(), Catalog, Time);

    /// <summary>The key slots as a process with these keys has them; PBKDF2 takes as little time as is allowed.</summary>
    public RepositoryKeyring Slots(string? key = null, string? newKey = null, RepositorySession? session = null) =>
        new(Catalog, Manifest(session ?? Session(key, newKey)), KeySource(key), newKey is null ? null : KeySource(newKey), new SeededRandomSource(Interlocked.Increment(ref _seed)))
        {
            Iterations = KeySlotContext.MinIterations,
        };

    /// <summary>Makes the repository and gives its manifest.</summary>
    public async Task<ManifestStore> Create()
    {
        var session = Session();
        await session.OpenOrCreate(TestContext.Current.CancellationToken);
        return Manifest(session);
    }

    public void Dispose()
    {
        foreach (var session in _sessions) session.Dispose();
    }
}
