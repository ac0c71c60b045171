using BackupFunctions.Embedded.Server;
using BackupFunctions.Manifest;
using BackupFunctions.Simulation.Years.Checks;
using BackupFunctions.Simulation.Years.Hosts;
using BackupFunctions.Simulation.Years.Nodes;
using BackupFunctions.Simulation.Years.Source;
using MongoDB.Driver;

namespace BackupFunctions.Simulation.Years;

/// <summary>What was done, and what came of it.</summary>
internal enum Outcome
{
    Ok,
    Failed,
    Killed,
}

/// <summary>One step as it is told.</summary>
internal sealed record StepReport(int Day, int Step, DateTimeOffset At, string What, Outcome Outcome, string? Reason, int Listed, int Opened, int Restored, IReadOnlyList<string> Violations);

/// <summary>What was looked at in all.</summary>
internal sealed class YearsTotals
{
    public int Days { get; set; }
    public int Steps { get; set; }
    public int Failed { get; set; }
    public int Killed { get; set; }
    public long Opened { get; set; }
    public long Restored { get; set; }
    public int Violations { get; set; }
    public SortedDictionary<string, int> Runs { get; } = new(StringComparer.Ordinal);
    public SortedDictionary<string, int> Faults { get; } = new(StringComparer.Ordinal);
}

/// <summary>
/// Years in the life of a repository, all decided by a seed: a source that is written to, backups full and incremental, retention, scrubs, rotations and recoveries by the real engine, and everything that
/// happens to hosts, nodes, clocks and operators meanwhile. Simulated are only time, random bytes, the disks of the host, and the two nodes.
/// </summary>
/// <remarks>
/// After every step, by an oracle that knows the source's writes and the manifest, and nothing of how the program decides:
/// <list type="bullet">
/// <item>each listed backup is readable: every block that it needs is good on a node, and on each node where it is listed with a copy, pinned there; it is opened (read, hashed, decrypted, decompressed, and
/// compared byte by byte with the documents or oplog entries of the source) whenever its root or the keyring is new, and a random one anyway: what a hash names does not change;</item>
/// <item>a random point in time, and after every fourth step a random listed backup, is restored to a server and compared byte by byte; half of them from one node alone where that node should have all of it;</item>
/// <item>nothing that is listed, or removed within the grace period, is unpinned; what is listed as complete is on both nodes;</item>
/// <item>the manifest is pinned and whole on each node, back to its newest checkpoint, and after every second scrub found by a recovery that has that node and the key alone;</item>
/// <item>retention removed nothing that its policy promises to keep (<see cref="RetentionRules"/>);</item>
/// <item>after two cleanups that nothing disturbed no pin is left that belongs to nothing;</item>
/// <item>a run that nothing disturbed succeeds, and then all that was written can be restored.</item>
/// </list>
/// </remarks>
internal sealed class YearsSimulation : IAsyncDisposable
{
    // behind it lie the years that a 32-bit optime still has
    private static readonly DateTimeOffset s_start = new(1996, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("backupfn-years-");
    private readonly EmbeddedMongoServer _server;
    private readonly MongoClient _client;
    private readonly RestoreTarget _target;
    private readonly int _seed;

    private YearsSimulation(int seed, SimulatedClock clock, EmbeddedMongoServer server, RestoreTarget target)
    {
        (_seed, _server, _target) = (seed, server, target);
        _client = new($"{server.ConnectionString}&retryWrites=false");
        World = new(seed, clock, server, new(server, _client), _root.FullName);
    }

    public World World { get; }

    public YearsTotals Totals { get; } = new();

    public static async Task<YearsSimulation> Start(int seed)
    {
        var clock = new SimulatedClock(s_start);
        return new(seed, clock, await EmbeddedMongoServer.Start(new() { Time = clock, OplogBytes = 1 << 20, HistoryBytes = 1 << 20 }), await RestoreTarget.Start(clock));
    }

    /// <summary>Runs so many days, or until something is wrong; tells of each step.</summary>
    public async Task Run(int days, Action<StepReport> tell, CancellationToken cancellationToken)
    {
        var checks = new StepChecks(World, _target, Totals);
        for (var day = 1; day <= days && Totals.Violations == 0; day++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var step = 0;
            await foreach (var done in new Day(World, Totals, checks, new Random(unchecked((_seed * 1_000_003) + day))).Run(day))
            {
                Totals.Steps++;
                Totals.Violations += done.Violations.Count;
                if (done.Outcome == Outcome.Failed) Totals.Failed++;
                if (done.Outcome == Outcome.Killed) Totals.Killed++;
                tell(done with { Step = ++step });
                if (Totals.Violations > 0) break;
            }
            Totals.Days = day;
        }
    }

    public async ValueTask DisposeAsync()
    {
        World.Dispose();
        await _target.DisposeAsync();
        _client.Dispose();
        await _server.DisposeAsync();
        _root.Delete(recursive: true);
    }
}
