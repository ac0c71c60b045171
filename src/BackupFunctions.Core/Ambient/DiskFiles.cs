namespace BackupFunctions.Ambient;

/// <summary>The real disk.</summary>
public sealed class DiskFiles : IFiles
{
    private const string PendingPrefix = ".pending-";
    /// <inheritdoc/>
    public Stream OpenRead(string path) =>
        new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 64 * 1024, FileOptions.SequentialScan | FileOptions.Asynchronous);

    /// <inheritdoc/>
    public PendingFile Create(string path, bool ownerOnly = false)
    {
        var full = Path.GetFullPath(path);
        var directory = Path.GetDirectoryName(full)!;
        Directory.CreateDirectory(directory);
        return new DiskPendingFile(full, Path.Combine(directory, PendingPrefix + Path.GetRandomFileName()), ownerOnly);
    }

    /// <inheritdoc/>
    public bool Exists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public long Length(string path) => new FileInfo(path).Length;

    /// <inheritdoc/>
    public void Delete(string path)
    {
        if (File.Exists(path)) File.Delete(path);
    }

    /// <inheritdoc/>
    public void DeleteDirectory(string path)
    {
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
    }

    /// <inheritdoc/>
    public IEnumerable<string> List(string directory) => Directory.Exists(directory)
        ? Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Where(f => !Path.GetFileName(f).StartsWith(PendingPrefix, StringComparison.Ordinal))
        : [];

    /// <inheritdoc/>
    public long FreeBytes(string path)
    {
        var existing = Path.GetFullPath(path);
        while (!Directory.Exists(existing)) existing = Path.GetDirectoryName(existing) ?? Path.GetPathRoot(existing)!;
        return new DriveInfo(existing).AvailableFreeSpace;
    }

    private sealed class DiskPendingFile : PendingFile
    {
        private readonly string _path, _pending;
        private readonly FileStream _stream;
        private bool _done;

        public DiskPendingFile(string path, string pending, bool ownerOnly)
        {
            (_path, _pending) = (path, pending);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 64 * 1024, Options = FileOptions.Asynchronous };
            if (ownerOnly && !OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            _stream = new FileStream(pending, options);
        }

        public override Stream Stream => _stream;

        public override void Commit()
        {
            _stream.Flush(flushToDisk: true);
            _stream.Dispose();
            File.Move(_pending, _path, overwrite: true);
            _done = true;
        }

        protected override void Dispose(bool disposing)
        {
            if (_done || !disposing) return;
            _done = true;
            try
            {
                _stream.Dispose();
            }
            catch (IOException)
            {
                // what could not be flushed is thrown away; the error that led here counts
            }
            File.Delete(_pending);
        }
    }
}
