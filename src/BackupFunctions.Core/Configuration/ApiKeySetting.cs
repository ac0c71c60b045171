namespace BackupFunctions.Configuration;

/// <summary>The key of the HTTP API: BACKUP_API_KEY, or the content of BACKUP_API_KEY_FILE without blanks around it.</summary>
public static class ApiKeySetting
{
    private const string ExampleFile = "/run/secrets/api-key";

    /// <summary>The key, or null when none is set; fails with one <see cref="ErrorKind.Configuration"/> error that lists every problem.</summary>
    public static string? Load(SettingsSource source)
    {
        var reader = new OptionsReader(source);
        var key = Read(reader);
        return reader.Problems.Count == 0 ? key : throw SettingProblem.ToException(reader.Problems);
    }

    internal static string? Read(OptionsReader reader)
    {
        var (value, file) = (reader.Get(SettingNames.ApiKey), reader.Get(SettingNames.ApiKeyFile));
        if (value is not null && file is not null)
            reader.Problem(new SettingProblem($"{SettingNames.ApiKey} and {SettingNames.ApiKeyFile}", "are set together, want one", $"{SettingNames.ApiKeyFile}={ExampleFile}"));
        if (value is not null || file is null) return value;
        try
        {
            using var text = new StreamReader(reader.Source.Files.OpenRead(reader.Source.FullPath(file)));
            if (text.ReadToEnd().Trim() is { Length: > 0 } read) return read;
            reader.Problem(SettingNames.ApiKeyFile, "names an empty file", ExampleFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reader.Problem(SettingNames.ApiKeyFile, $"cannot be read: {e.Message}", ExampleFile);
        }
        return null;
    }
}
