namespace BackupFunctions.MongoDump;

/// <summary>Collections found in a directory, with a timeseries and its buckets joined into one.</summary>
internal sealed class DirectoryEntries(List<string> warnings)
{
    private readonly Dictionary<(string, string), DumpCollection> _collections = [];

    /// <summary>What was found.</summary>
    public IReadOnlyCollection<DumpCollection> Collections => _collections.Values;

    /// <summary>Path of the documents by database and collection; views have none.</summary>
    public Dictionary<(string, string), string> Data { get; } = [];

    /// <summary>What is left out.</summary>
    public List<string> Warnings => warnings;

    /// <summary>Adds the files of one name.</summary>
    /// <exception cref="BackupException">Corrupt: the whole name of a cut one is not told, or two files hold one collection.</exception>
    public void Add(CollectionFiles files, CollectionMetadata? metadata)
    {
        var name = Name(files, metadata);
        var path = files.Data ?? files.Metadata!;
        if (SkippedCollections.Reason(name) is { } reason)
        {
            Warnings.Add($"skip {path}: {reason}");
            return;
        }
        var collection = DumpCollection.From(files.Database, name, metadata);
        if (collection.Type == DumpCollection.View && files.Data is { } data)
            throw BackupException.Corrupt($"open {data}: its metadata says that it is a view, which has no documents");
        var key = (collection.Database, collection.Name);
        if (_collections.TryGetValue(key, out var other))
        {
            var halves = collection.Type == DumpCollection.Timeseries && other.Type == DumpCollection.Timeseries
                && (collection.DataName is null) != (other.DataName is null);
            if (!halves) throw BackupException.Corrupt($"open {path}: collection {collection} is in the dump twice");
            var described = collection.DataName is null ? collection : other;
            collection = described with { DataName = collection.DataName ?? other.DataName };
        }
        _collections[key] = collection;
        if (files.Data is not null && !Data.TryAdd(key, files.Data))
            throw BackupException.Corrupt($"open {files.Data}: {Data[key]} holds {collection} as well");
    }

    private static string Name(CollectionFiles files, CollectionMetadata? metadata)
    {
        var stated = string.IsNullOrEmpty(metadata?.CollectionName) ? null : metadata.CollectionName;
        if (CollectionFileName.IsCut(files.Stem))
            return stated
                ?? throw BackupException.Corrupt($"open {files.Data ?? files.Metadata}: its name is cut, and no metadata tells the whole one");
        return stated == files.Stem ? stated : CollectionFileName.Unescape(files.Stem);
    }
}
