namespace BackupFunctions.Repositories;

/// <summary>Names of pins: repository and kind, never what is inside.</summary>
public static class PinNames
{
    private const string Prefix = "backupfunctions/";

    /// <summary>The root of a backup.</summary>
    public static string Backup(RepositoryId repository) => $"{Prefix}{repository}/backup";

    /// <summary>A guard over blocks that are on their way.</summary>
    public static string Guard(RepositoryId repository) => $"{Prefix}{repository}/guard";

    /// <summary>A revision of the manifest.</summary>
    public static string Manifest(RepositoryId repository) => $"{Prefix}{repository}/manifest";

    /// <summary>A checkpoint of the manifest.</summary>
    public static string Checkpoint(RepositoryId repository) => $"{Prefix}{repository}/checkpoint";

    /// <summary>Whether this names anything of the repository.</summary>
    public static bool IsOf(RepositoryId repository, string name) => name.StartsWith($"{Prefix}{repository}/", StringComparison.Ordinal);

    /// <summary>Whether this names a manifest revision of any repository.</summary>
    public static bool IsManifest(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith("/manifest", StringComparison.Ordinal);
}
