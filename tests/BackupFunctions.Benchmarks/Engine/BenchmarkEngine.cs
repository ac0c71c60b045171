using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Notifications;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFunctions.Benchmarks.Engine;

/// <summary>The real engine with default settings, on two vaults or two nodes by their RPC.</summary>
internal static class BenchmarkEngine
{
    /// <summary>Opens it over a server and a workspace's directory; the caller disposes it.</summary>
    public static BackupEngine Open(string mongoUri, string workspace, IReadOnlyList<string>? nodes = null)
    {
        var files = new DiskFiles();
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [SettingNames.MongoUri] = mongoUri,
            [SettingNames.CatalogUri] = new Uri(Path.Combine(workspace, "catalogue")).AbsoluteUri,
            [SettingNames.KeyFile] = BenchmarkWorkspace.KeyFileIn(workspace),
            [SettingNames.NodeUrl(1)] = nodes?[0] ?? new Uri(BenchmarkWorkspace.VaultIn(workspace, 1)).AbsoluteUri,
            [SettingNames.NodeUrl(2)] = nodes?[1] ?? new Uri(BenchmarkWorkspace.VaultIn(workspace, 2)).AbsoluteUri,
            [SettingNames.Staging] = Path.Combine(workspace, "staging"),
        };
        var options = BackupOptions.Load(new SettingsSource(settings, new Dictionary<string, string>(), workspace, files), OptionsScope.Backup);
        var notifier = new LogNotifier(NullLogger<LogNotifier>.Instance);
        return new BackupEngine(options, new(TimeProvider.System, new SystemRandomSource(), files, notifier, NullLoggerFactory.Instance));
    }
}
