namespace BackupFunctions.EndToEnd.Dumps;

/// <summary>Where the dumps are: ours and some of mongo-tools in the repository, the others of mongo-tools beside a working copy on some machines.</summary>
internal static class DumpLibrary
{
    private const string Ours = "tests/Data/mongodump-100.18", Carried = "tests/Data/mongo-tools", OfMongoTools = "shared/data/mongo-tools";

    /// <summary>A path below the dumps of the repository, or, with <c>mongo-tools/</c> in front, below the others; skips the test where these are not.</summary>
    public static string Find(string path)
    {
        const string others = "mongo-tools/";
        if (!path.StartsWith(others, StringComparison.Ordinal)) return Path.Combine([Root(Ours)!, .. path.Split('/')]);
        if (Root(Carried) is { } carried && Path.Exists(Path.Combine(carried, path[others.Length..]))) return Path.Combine([carried, .. path[others.Length..].Split('/')]);
        var root = Root(OfMongoTools);
        if (root is null) Assert.Skip($"{OfMongoTools} is not beside the repository");
        return Path.Combine([root, .. path[others.Length..].Split('/')]);
    }

    private static string? Root(string relative)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var path = Path.Combine(at.FullName, relative);
            if (Directory.Exists(path)) return path;
        }
        return null;
    }
}
