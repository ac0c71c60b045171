namespace BackupFunctions.Tests.MongoDump;

/// <summary>Where the dumps are: those of the repository, and others that stand beside a working copy on some machines.</summary>
internal static class TestDumps
{
    public static string Ours(params string[] parts) => Path.Combine([Find("tests/Data/mongodump-100.18")!, .. parts]);

    /// <summary>A path below tests/Data, else below shared/data next to the repository; skips the test where there is none.</summary>
    public static string Shared(string path)
    {
        if (Find("tests/Data") is { } own && Path.Exists(Path.Combine(own, path))) return Path.Combine(own, path);
        var root = Find("shared/data");
        if (root is null) Assert.Skip("shared/data is not beside the repository");
        return Path.Combine(root, path.Replace('/', Path.DirectorySeparatorChar));
    }

    private static string? Find(string relative)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var path = Path.Combine(at.FullName, relative);
            if (Directory.Exists(path)) return path;
        }
        return null;
    }
}
