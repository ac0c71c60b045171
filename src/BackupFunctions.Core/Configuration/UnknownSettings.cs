namespace BackupFunctions.Configuration;

/// <summary>Names that look like ours and are not: a misspelled setting would otherwise be ignored without a word.</summary>
internal static class UnknownSettings
{
    /// <summary>
    /// One warning each. Other programs own names that start with IPFS_ or MONGODB_, so these are reported only when they are close to one of
    /// ours or can be nobody else's.
    /// </summary>
    public static IEnumerable<string> Warnings(SettingsSource source)
    {
        var known = KnownSettings.All.Select(s => s.Name).ToArray();
        foreach (var name in source.Names.Except(known, StringComparer.Ordinal))
        {
            var nearest = IsInOurNamespace(name) ? NearestName.Of(name, known) : null;
            if (nearest is not null) yield return $"{name} is not a setting and has no effect: did you mean {nearest}?";
            else if (IsOurs(name)) yield return $"{name} is not a setting of this release and has no effect";
        }
    }

    private static bool IsInOurNamespace(string name) =>
        StartsWith(name, "BACKUP_") || StartsWith(name, "IPFS_") || StartsWith(name, "MONGODB_");

    private static bool IsOurs(string name) =>
        StartsWith(name, "BACKUP_") || StartsWith(name, "IPFS_NODE_") || StartsWith(name, "IPFS_CLUSTER_");

    private static bool StartsWith(string name, string prefix) => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
}
