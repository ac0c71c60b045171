using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Notifications;
using BackupFunctions.Simulation.Years.Nodes;
using BackupFunctions.Workflows;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFunctions.Simulation.Years.Hosts;

/// <summary>A process of the host: the real engine over files, nodes, a clock and random bytes that are simulated. What it leaves behind when it dies, the next one finds.</summary>
internal sealed class HostProcess : IDisposable
{
    private readonly SimulatedClock _clock;
    private readonly SeededRandomSource _runIds;
    private readonly SemaphoreSlim _turn = new(1, 1);

    public HostProcess(HostSettings settings, string root, string sourceUri, MemoryFiles files, IReadOnlyList<NodeDisk> disks, SimulatedClock clock, int seed)
    {
        (_clock, _runIds) = (clock, new(~seed));
        var own = new ProcessFiles(files, Life);
        var options = BackupOptions.Load(new SettingsSource(settings.ToEnvironment(root, sourceUri), new Dictionary<string, string>(), root, own), OptionsScope.Backup);
        Engine = new(options, new(clock, new SeededRandomSource(seed), own, new LogNotifier(NullLogger<LogNotifier>.Instance), NullLoggerFactory.Instance)
        {
            Node = setting => new ProcessNode(disks[setting.SettingName == SettingNames.NodeUrl(1) ? 0 : 1], Life),
        });
    }

    public ProcessLife Life { get; } = new();

    public BackupEngine Engine { get; }

    public IWorkflowContext Context(string name, ActivityRegistry activities, Func<Task> betweenActivities, CancellationToken stop) =>
        new ProcessContext(name, activities, _clock, _runIds, Life, _turn, betweenActivities, stop);

    public void Dispose()
    {
        Engine.Dispose();
        _turn.Dispose();
    }
}
