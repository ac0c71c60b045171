using BackupFunctions.Embedded.Server;
using BackupFunctions.Retention;
using BackupFunctions.Simulation.Years.Checks;
using BackupFunctions.Simulation.Years.Hosts;
using BackupFunctions.Simulation.Years.Nodes;
using BackupFunctions.Simulation.Years.Source;

namespace BackupFunctions.Simulation.Years;

/// <summary>All that there is, and outlives processes.</summary>
internal sealed class World(int seed, SimulatedClock clock, EmbeddedMongoServer server, SourceHistory source, string root) : IDisposable
{
    private HostProcess? _process;
    private Observer? _observer;
    private int _processes;

    public SimulatedClock Clock => clock;

    public EmbeddedMongoServer Server => server;

    public SourceHistory Source => source;

    public MemoryFiles Files { get; } = new();

    public IReadOnlyList<NodeDisk> Disks { get; } = [new("node 1"), new("node 2")];

    public NodeChecks Nodes => field ??= new(Disks);

    /// <summary>What the operator has set; a change starts the host again.</summary>
    public HostSettings Settings
    {
        get;
        set
        {
            field = value;
            StopProcess();
            _observer?.Dispose();
            _observer = null;
        }
    } = new(0, null, new RetentionPolicy(Days: 14, Last: 2), 24, true);

    /// <summary>Until when a process that was killed is still thought to hold the lock.</summary>
    public DateTimeOffset LockedUntil { get; set; }

    /// <summary>When a node that is down is back, by the day of the simulation.</summary>
    public double[] DownUntil { get; } = new double[2];

    /// <summary>By how much the clock was put forward and will be put back.</summary>
    public TimeSpan ClockAhead { get; set; }

    /// <summary>How many cleanups ended well since something happened that may leave pins.</summary>
    public int CleanCleanups { get; set; }

    /// <summary>A key rotation that is not finished; whether it seals again.</summary>
    public bool? Rotating { get; set; }

    /// <summary>The catalogue as it was some days ago.</summary>
    public IReadOnlyDictionary<string, byte[]>? OldCatalogue { get; set; }

    public string Catalogue => HostSettings.CatalogueOf(root);

    /// <summary>The running host; another one after it was killed.</summary>
    public HostProcess Process
    {
        get
        {
            if (_process is { Life.IsDead: true }) StopProcess();
            return _process ??= new(Settings, root, server.ConnectionString, Files, Disks, clock, unchecked((seed * 7919) + ++_processes));
        }
    }

    public Observer Observer => _observer ??= new(Settings, root, server.ConnectionString, Files, Disks, source, clock);

    /// <summary>Whether nothing is wrong that a run could fail by.</summary>
    public bool IsQuiet => Disks.All(d => d is { IsDown: false, FailImportAfter: null, Damaged.Count: 0, LostPins.Count: 0 }) && clock.GetUtcNow() >= LockedUntil;

    /// <summary>Starts the host again when it is next needed.</summary>
    public void StopProcess()
    {
        _process?.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        StopProcess();
        _observer?.Dispose();
    }
}
