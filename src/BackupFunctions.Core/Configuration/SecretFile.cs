namespace BackupFunctions.Configuration;

/// <summary>Secrets that are given by a setting, or by a file that another setting names.</summary>
internal static class SecretFile
{
    /// <summary>The secret without blanks around it; null when neither is set, or when there is something wrong, which the reader is told.</summary>
    public static string? Read(OptionsReader reader, string valueName, string fileName, string exampleFile)
    {
        var (value, file) = (reader.Get(valueName), reader.Get(fileName));
        if (value is not null && file is not null) reader.Problem(new SettingProblem($"{valueName} and {fileName}", "are set together, want one", $"{fileName}={exampleFile}"));
        if (value is not null || file is null) return value;
        try
        {
            using var text = new StreamReader(reader.Source.Files.OpenRead(reader.Source.FullPath(file)));
            if (text.ReadToEnd().Trim() is { Length: > 0 } read) return read;
            reader.Problem(fileName, "names an empty file", exampleFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reader.Problem(fileName, $"cannot be read: {e.Message}", exampleFile);
        }
        return null;
    }
}
