namespace BackupFunctions.MongoDump;

/// <summary>Database names, which are directory names in a dump and are not escaped there.</summary>
internal static class DatabaseName
{
    private const int MaxBytes = 63;

    /// <summary>Why a server refuses the name, or null. No name that passes leaves the directory it stands in.</summary>
    public static string? Problem(string name)
    {
        if (name.Length == 0) return "it is empty";
        if (System.Text.Encoding.UTF8.GetByteCount(name) > MaxBytes) return $"it is longer than {MaxBytes} bytes";
        // the dollar sign stands in $external alone
        var bad = name.IndexOfAny(['/', '\\', '.', ' ', '"', '\0']);
        if (bad >= 0) return $"it holds '{(name[bad] == '\0' ? "\\0" : name[bad])}'";
        return name.Contains('$', StringComparison.Ordinal) && name != "$external" ? "it holds '$'" : null;
    }
}
