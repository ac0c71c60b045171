namespace BackupFunctions.MongoDump;

/// <summary>The files of one collection in a directory.</summary>
internal sealed class CollectionFiles(string database, string stem)
{
    /// <summary>Name of the database.</summary>
    public string Database => database;

    /// <summary>File name without suffixes.</summary>
    public string Stem => stem;

    /// <summary>Path of the .bson, or null.</summary>
    public string? Data { get; set; }

    /// <summary>Path of the .metadata.json, or null.</summary>
    public string? Metadata { get; set; }
}

/// <summary>Which file of a directory is what, by names alone.</summary>
internal sealed class DirectoryLayout
{
    /// <summary>The oplog at the root of a dump.</summary>
    public const string OplogName = "oplog.bson";

    private const string DataSuffix = ".bson";
    private const string MetadataSuffix = ".metadata.json";
    private readonly Dictionary<(string, string), CollectionFiles> _collections = [];
    private readonly HashSet<string> _deeper = [];

    private DirectoryLayout(bool isDump, bool isSingleDatabase) => (IsDump, IsSingleDatabase) = (isDump, isSingleDatabase);

    /// <summary>Whether anything in it says that it is a dump.</summary>
    public bool IsDump { get; }

    /// <summary>Whether the directory is that of one database, not the root of a dump.</summary>
    public bool IsSingleDatabase { get; }

    /// <summary>Files by collection.</summary>
    public IReadOnlyCollection<CollectionFiles> Collections => _collections.Values;

    /// <summary>What is left out.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Path of the oplog, or null.</summary>
    public string? Oplog { get; private set; }

    /// <summary>Path of a prelude, the root's before a database's, or null.</summary>
    public string? Prelude { get; private set; }

    /// <summary>
    /// Sorts the files below <paramref name="root"/>. A directory of one database takes the name of <paramref name="database"/>, else its own.
    /// </summary>
    /// <exception cref="BackupException">Configuration: a directory cannot be a database, or a file is there both packed and plain.</exception>
    public static DirectoryLayout Scan(string root, IEnumerable<string> paths, string? database)
    {
        var files = paths.Order(StringComparer.Ordinal)
            .Select(p => (Path: p, Parts: Path.GetRelativePath(root, p).Split(Path.DirectorySeparatorChar))).ToList();
        bool Any(int depth, Func<string, bool> test) => files.Exists(f => f.Parts.Length == depth && test(f.Parts[^1]));
        var (metadata1, metadata2) = (Any(1, IsMetadata), Any(2, IsMetadata));
        var (data1, data2) = (Any(1, n => IsData(n) && n != OplogName), Any(2, IsData));
        var single = (metadata1 || data1) && (database is not null || !(metadata2 || (data2 && !metadata1)));
        var marked = Any(1, n => n is OplogName || IsPrelude(n));
        var layout = new DirectoryLayout(single || metadata2 || data2 || marked, single);
        foreach (var (path, parts) in files)
        {
            if (single && parts.Length == 1) layout.AddToDatabase(database ?? Path.GetFileName(root), path, parts[0]);
            else if (!single && parts.Length == 2) layout.AddToDatabase(parts[0], path, parts[1]);
            else if (parts.Length == 1) layout.AddToRoot(path, parts[0]);
            else layout.AddDeeper(root, parts[..(single ? 1 : 2)]);
        }
        return layout;
    }

    /// <summary>One data file with the metadata beside it.</summary>
    public static DirectoryLayout ForFile(string path, Func<string, bool> exists, string database)
    {
        var layout = new DirectoryLayout(true, true);
        layout.AddToDatabase(database, path, Path.GetFileName(path));
        var stem = layout.Collections.First().Stem;
        var directory = Path.GetDirectoryName(path)!;
        foreach (var name in new[] { stem, stem.Replace(DumpCollection.BucketsPrefix, "", StringComparison.Ordinal) }.Distinct())
        {
            var metadata = Path.Combine(directory, name + MetadataSuffix + (IsGzip(path) ? DumpFile.GzipSuffix : ""));
            if (exists(metadata)) layout.AddToDatabase(database, metadata, Path.GetFileName(metadata));
        }
        return layout;
    }

    /// <summary>Whether the file name is one of documents.</summary>
    public static bool IsData(string name) => Plain(name).EndsWith(DataSuffix, StringComparison.Ordinal);

    /// <summary>Whether the file is packed, by its name.</summary>
    public static bool IsGzip(string name) => name.EndsWith(DumpFile.GzipSuffix, StringComparison.Ordinal);

    private void AddToRoot(string path, string name)
    {
        if (name == OplogName) Oplog = path;
        else if (IsPrelude(name)) Prelude = path;
        else Warnings.Add($"skip {path}: it is no part of a dump");
    }

    private void AddToDatabase(string database, string path, string name)
    {
        if (IsPrelude(name))
        {
            Prelude ??= path;
            return;
        }
        if (!IsData(name) && !IsMetadata(name))
        {
            var legacy = name.EndsWith(".bin", StringComparison.Ordinal);
            Warnings.Add($"skip {path}: {(legacy ? "the old .bin form is not read" : "it is no part of a dump")}");
            return;
        }
        if (DatabaseName.Problem(database) is { } problem)
        {
            throw new BackupException(ErrorKind.Configuration, $"open {path}: its directory '{database}' cannot be a database, {problem}",
                "name the directory as the database, or say the database name");
        }
        Put(Collection(database, name), path, IsMetadata(name));
    }

    private CollectionFiles Collection(string database, string name)
    {
        var plain = Plain(name);
        var stem = plain[..^(IsMetadata(name) ? MetadataSuffix : DataSuffix).Length];
        if (!_collections.TryGetValue((database, stem), out var files))
            _collections.Add((database, stem), files = new(database, stem));
        return files;
    }

    private static void Put(CollectionFiles files, string path, bool isMetadata)
    {
        if ((isMetadata ? files.Metadata : files.Data) is { } other)
            throw new BackupException(ErrorKind.Configuration, $"open {path}: {other} holds the same collection", "remove the one that is out of date");
        if (isMetadata) files.Metadata = path;
        else files.Data = path;
    }

    private void AddDeeper(string root, string[] directory)
    {
        var path = Path.Combine([root, .. directory]);
        if (_deeper.Add(path)) Warnings.Add($"skip {path}: directories below a database are no part of a dump");
    }

    private static bool IsMetadata(string name) => Plain(name).EndsWith(MetadataSuffix, StringComparison.Ordinal);

    private static bool IsPrelude(string name) => Plain(name) == DumpPrelude.FileName;

    private static string Plain(string name) => IsGzip(name) ? name[..^DumpFile.GzipSuffix.Length] : name;
}
