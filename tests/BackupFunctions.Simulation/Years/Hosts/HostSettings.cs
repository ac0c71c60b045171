using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BackupFunctions.Configuration;
using BackupFunctions.Retention;

namespace BackupFunctions.Simulation.Years.Hosts;

/// <summary>What an operator may change from one start of the host to the next.</summary>
internal sealed record HostSettings(int Key, int? NewKey, RetentionPolicy Policy, int GraceHours, bool RetainsAfterBackup)
{
    public TimeSpan Grace => TimeSpan.FromHours(GraceHours);

    /// <summary>As the environment of the host.</summary>
    public Dictionary<string, string> ToEnvironment(string root, string sourceUri)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [SettingNames.MongoUri] = sourceUri,
            [SettingNames.CatalogUri] = Url(CatalogueOf(root)),
            [SettingNames.Key] = KeyText(Key),
            [SettingNames.NodeUrl(1)] = Url(Path.Combine(root, "node1")),
            [SettingNames.NodeUrl(2)] = Url(Path.Combine(root, "node2")),
            [SettingNames.Staging] = StagingOf(root),
            [SettingNames.Parallelism] = "1",
            [SettingNames.RetentionDays] = Number(Policy.Days),
            [SettingNames.KeepLast] = Number(Policy.Last),
            [SettingNames.KeepDaily] = Number(Policy.Daily),
            [SettingNames.KeepWeekly] = Number(Policy.Weekly),
            [SettingNames.KeepMonthly] = Number(Policy.Monthly),
            [SettingNames.KeepYearly] = Number(Policy.Yearly),
            [SettingNames.RetentionGrace] = Number(GraceHours),
            [SettingNames.RetentionAfterBackup] = RetainsAfterBackup ? "true" : "false",
        };
        if (NewKey is { } added) environment[SettingNames.NewKey] = KeyText(added);
        return environment;
    }

    public static string CatalogueOf(string root) => Path.Combine(root, "catalogue");

    public static string StagingOf(string root) => Path.Combine(root, "staging");

    private static string KeyText(int key) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"key {key}")));

    private static string Url(string path) => new Uri(path).AbsoluteUri;

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
