using System.Security.Cryptography;
using BackupFunctions.Configuration;

namespace BackupFunctions.EndToEnd.Conformance;

/// <summary>The settings of a Standalone host in a directory: a free port, two vaults, a catalogue beside them, no schedules.</summary>
internal static class StandaloneSettings
{
    public static Dictionary<string, string> Of(string directory, string mongoUri, string? key) => new(StringComparer.Ordinal)
    {
        [SettingNames.MongoUri] = mongoUri,
        [SettingNames.CatalogUri] = Url(directory, "catalogue"),
        [SettingNames.Key] = Convert.ToBase64String(SHA256.HashData("standalone tests"u8)),
        [SettingNames.NodeUrl(1)] = Url(directory, "vault1"),
        [SettingNames.NodeUrl(2)] = Url(directory, "vault2"),
        [SettingNames.Staging] = Path.Combine(directory, "staging"),
        [SettingNames.Journal] = Path.Combine(directory, "journal.db"),
        [SettingNames.Listen] = "http://127.0.0.1:0",
        [SettingNames.ApiKey] = key ?? "",
        [SettingNames.FullSchedule] = "",
        [SettingNames.IncrementalSchedule] = "",
        [SettingNames.ResumeSchedule] = "",
        [SettingNames.RetentionSchedule] = "",
        [SettingNames.ScrubSchedule] = "",
        [SettingNames.DrillSchedule] = "",
    };

    private static string Url(string directory, string name) => new Uri(Path.Combine(directory, name)).AbsoluteUri;
}
