using BackupFunctions.Ambient;

namespace BackupFunctions.Simulation.Years.Hosts;

/// <summary>Files as a process sees them: each change may be the one before which it dies.</summary>
internal sealed class ProcessFiles(MemoryFiles files, ProcessLife life) : IFiles
{
    public Stream OpenRead(string path) => files.OpenRead(path);

    public PendingFile Create(string path, bool ownerOnly = false) => new Pending(files.Create(path, ownerOnly), life);

    public bool Exists(string path) => files.Exists(path);

    public long Length(string path) => files.Length(path);

    public void Delete(string path)
    {
        life.Tick();
        files.Delete(path);
    }

    public void DeleteDirectory(string path)
    {
        life.Tick();
        files.DeleteDirectory(path);
    }

    public IEnumerable<string> List(string directory) => files.List(directory);

    public long FreeBytes(string path) => files.FreeBytes(path);

    private sealed class Pending(PendingFile file, ProcessLife life) : PendingFile
    {
        public override Stream Stream => file.Stream;

        public override void Commit()
        {
            life.Tick();
            file.Commit();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) file.Dispose();
        }
    }
}
