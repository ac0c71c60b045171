namespace BackupFunctions.Ipfs;

/// <summary>Builds nested UnixFS directories out of files that are already there, each given by its path (<c>data/000/001</c>), root and Tsize.</summary>
public sealed class UnixFsTree
{
    private readonly SortedDictionary<string, UnixFsTree> _directories = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (Cid Cid, long Tsize)> _files = new(StringComparer.Ordinal);

    /// <summary>Adds a file; a path can be added once.</summary>
    public void Add(string path, Cid cid, long tsize)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            _files.Add(path, (cid, tsize));
            return;
        }
        var name = path[..slash];
        if (!_directories.TryGetValue(name, out var directory)) _directories[name] = directory = new();
        directory.Add(path[(slash + 1)..], cid, tsize);
    }

    /// <summary>Writes the directory nodes, children first, and gives the root.</summary>
    public Cid Build(Action<Block> write) => Encode(write).Cid;

    private (Cid Cid, long Tsize) Encode(Action<Block> write)
    {
        var entries = _files.Select(f => new UnixFsEntry(f.Key, f.Value.Cid, f.Value.Tsize)).ToList();
        foreach (var (name, directory) in _directories)
        {
            var (cid, tsize) = directory.Encode(write);
            entries.Add(new(name, cid, tsize));
        }
        var encoded = UnixFsDirectory.Encode(entries);
        write(encoded.Block);
        return (encoded.Block.Cid, encoded.Tsize);
    }
}
