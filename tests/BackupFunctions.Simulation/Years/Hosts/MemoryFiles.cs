using BackupFunctions.Ambient;

namespace BackupFunctions.Simulation.Years.Hosts;

/// <summary>Files in memory, which processes leave behind.</summary>
internal sealed class MemoryFiles : IFiles
{
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    public Stream OpenRead(string path)
    {
        lock (_gate) return _files.TryGetValue(path, out var bytes) ? new MemoryStream(bytes, writable: false) : throw new FileNotFoundException($"no file {path}", path);
    }

    public PendingFile Create(string path, bool ownerOnly = false) => new Pending(this, Path.GetFullPath(path));

    public bool Exists(string path)
    {
        lock (_gate) return _files.ContainsKey(path);
    }

    public long Length(string path)
    {
        lock (_gate) return _files.TryGetValue(path, out var bytes) ? bytes.Length : throw new FileNotFoundException($"no file {path}", path);
    }

    public void Delete(string path)
    {
        lock (_gate) _files.Remove(path);
    }

    public void DeleteDirectory(string path)
    {
        lock (_gate)
        {
            foreach (var file in Below(path)) _files.Remove(file);
        }
    }

    public IEnumerable<string> List(string directory)
    {
        lock (_gate) return Below(directory);
    }

    public long FreeBytes(string path) => 1L << 40;

    /// <summary>All files below a directory, to be put back later.</summary>
    public IReadOnlyDictionary<string, byte[]> Snapshot(string directory)
    {
        lock (_gate) return Below(directory).ToDictionary(f => f, f => _files[f]);
    }

    /// <summary>Puts a snapshot of a directory in the place of what is there.</summary>
    public void PutBack(string directory, IReadOnlyDictionary<string, byte[]> snapshot)
    {
        lock (_gate)
        {
            DeleteDirectory(directory);
            foreach (var (path, bytes) in snapshot) _files[path] = bytes;
        }
    }

    private List<string> Below(string directory) => [.. _files.Keys.Where(f => f.StartsWith(directory, StringComparison.Ordinal) && f.Length > directory.Length && f[directory.Length] == '/')];

    private sealed class Pending(MemoryFiles files, string path) : PendingFile
    {
        private readonly MemoryStream _stream = new();

        public override Stream Stream => _stream;

        public override void Commit()
        {
            lock (files._gate) files._files[path] = _stream.ToArray();
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
