using BackupFunctions.Ambient;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>The real disk, which tells of every file before it is created; what the listener throws is what the disk says.</summary>
internal sealed class WatchedFiles(Action<string> onCreate) : IFiles
{
    private readonly DiskFiles _disk = new();

    public Stream OpenRead(string path) => _disk.OpenRead(path);
    public bool Exists(string path) => _disk.Exists(path);
    public long Length(string path) => _disk.Length(path);
    public void Delete(string path) => _disk.Delete(path);
    public void DeleteDirectory(string path) => _disk.DeleteDirectory(path);
    public IEnumerable<string> List(string path) => _disk.List(path);
    public long FreeBytes(string path) => _disk.FreeBytes(path);

    public PendingFile Create(string path, bool ownerOnly = false)
    {
        onCreate(path);
        return _disk.Create(path, ownerOnly);
    }
}
