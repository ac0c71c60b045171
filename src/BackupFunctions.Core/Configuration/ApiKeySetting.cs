namespace BackupFunctions.Configuration;

/// <summary>The key of the HTTP API: BACKUP_API_KEY, or the content of BACKUP_API_KEY_FILE without blanks around it.</summary>
public static class ApiKeySetting
{
    /// <summary>The key, or null when none is set; fails with one <see cref="ErrorKind.Configuration"/> error that lists every problem.</summary>
    public static string? Load(SettingsSource source)
    {
        var reader = new OptionsReader(source);
        var key = Read(reader);
        return reader.Problems.Count == 0 ? key : throw SettingProblem.ToException(reader.Problems);
    }

    internal static string? Read(OptionsReader reader) => SecretFile.Read(reader, SettingNames.ApiKey, SettingNames.ApiKeyFile, "/run/secrets/api-key");
}
