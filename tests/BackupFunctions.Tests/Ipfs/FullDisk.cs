using BackupFunctions.Ambient;

namespace BackupFunctions.Tests.Ipfs;

/// <summary>The real disk, on which this many more bytes fit; then writes and flushes fail as on a full volume.</summary>
internal sealed class FullDisk(long room) : IFiles
{
    private readonly DiskFiles _disk = new();

    public long Room { get; set; } = room;

    public Stream OpenRead(string path) => _disk.OpenRead(path);
    public PendingFile Create(string path, bool ownerOnly = false) => new Pending(this, _disk.Create(path, ownerOnly));
    public bool Exists(string path) => _disk.Exists(path);
    public long Length(string path) => _disk.Length(path);
    public void Delete(string path) => _disk.Delete(path);
    public void DeleteDirectory(string path) => _disk.DeleteDirectory(path);
    public IEnumerable<string> List(string directory) => _disk.List(directory);
    public long FreeBytes(string path) => Room;

    private void Take(int bytes)
    {
        // 28 is ENOSPC; 0x70 is what Windows says
        if ((Room -= bytes) < 0) throw new IOException("No space left on device", OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28);
    }

    private sealed class Pending(FullDisk disk, PendingFile inner) : PendingFile
    {
        public override Stream Stream { get; } = new Limited(disk, inner.Stream);

        public override void Commit()
        {
            disk.Take(0);
            inner.Commit();
        }

        protected override void Dispose(bool disposing) => inner.Dispose();
    }

    private sealed class Limited(FullDisk disk, Stream inner) : Stream
    {
        public override bool CanRead => inner.CanRead;
        public override bool CanSeek => inner.CanSeek;
        public override bool CanWrite => true;
        public override long Length => inner.Length;
        public override long Position { get => inner.Position; set => inner.Position = value; }
        public override void Flush() => inner.Flush();
        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);
        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);
        public override void SetLength(long value) => inner.SetLength(value);

        public override void Write(byte[] buffer, int offset, int count)
        {
            disk.Take(count);
            inner.Write(buffer, offset, count);
        }
    }
}
