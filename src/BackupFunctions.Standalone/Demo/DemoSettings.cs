using BackupFunctions.Ambient;
using BackupFunctions.Configuration;

namespace BackupFunctions.Standalone.Demo;

/// <summary>The settings of the demo, as anybody would set them; nothing comes from the environment.</summary>
internal static class DemoSettings
{
    /// <summary>Of this run; the host listens on a free port of loopback.</summary>
    public static SettingsSource Of(DemoSetup setup)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [SettingNames.MongoUri] = setup.MongoUri,
            [SettingNames.CatalogUri] = new Uri(Path.Combine(setup.Directory, "catalogue")).AbsoluteUri,
            [SettingNames.KeyFile] = setup.KeyFile,
            [SettingNames.NodeUrl(1)] = setup.NodeUrls[0],
            [SettingNames.NodeUrl(2)] = setup.NodeUrls[1],
            [SettingNames.Include] = string.Join(',', setup.Include),
            [SettingNames.Staging] = Path.Combine(setup.Directory, "staging"),
            [SettingNames.Journal] = Path.Combine(setup.Directory, "journal.db"),
            [SettingNames.Listen] = "http://127.0.0.1:0",
        };
        return new(values, new Dictionary<string, string>(), setup.Directory, new DiskFiles());
    }
}
