using BackupFunctions.Ambient;
using BackupFunctions.Tests.Ipfs;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>A volume, which may be small, mounted at a directory of the real disk or of one that has others mounted.</summary>
internal sealed class MountedFiles(string directory, FullDisk volume, IFiles? disk = null) : IFiles
{
    private readonly IFiles _disk = disk ?? new DiskFiles();

    public Stream OpenRead(string path) => _disk.OpenRead(path);
    public PendingFile Create(string path, bool ownerOnly = false) => For(path).Create(path, ownerOnly);
    public bool Exists(string path) => _disk.Exists(path);
    public long Length(string path) => _disk.Length(path);
    public void Delete(string path) => _disk.Delete(path);
    public void DeleteDirectory(string path) => _disk.DeleteDirectory(path);
    public IEnumerable<string> List(string path) => _disk.List(path);
    public long FreeBytes(string path) => For(path).FreeBytes(path);

    private IFiles For(string path) => path.StartsWith(directory, StringComparison.Ordinal) ? volume : _disk;
}
