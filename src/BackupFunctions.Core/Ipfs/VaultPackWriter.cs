using BackupFunctions.Ambient;

namespace BackupFunctions.Ipfs;

/// <summary>Writes a pack, which appears whole when it is committed. Errors are those of <see cref="IFiles"/>.</summary>
internal sealed class VaultPackWriter : IDisposable
{
    private readonly PendingFile _file;
    private readonly CarWriter _car;
    private readonly HashSet<Hash256> _digests = [];

    public VaultPackWriter(IFiles files, string path)
    {
        _file = files.Create(path);
        try
        {
            // a pack is seen only after its commit, which has written the real header
            _file.Stream.Write(new byte[VaultPack.PayloadOffset]);
            _car = CarWriter.CreateSegment(_file.Stream);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public List<PackEntry> Entries { get; } = [];

    /// <summary>Appends a block unless this pack has it.</summary>
    public void Write(Block block)
    {
        if (!_digests.Add(block.Cid.Digest)) return;
        Entries.Add(new(block.Cid.Digest, _car.BytesWritten));
        _car.Write(block);
    }

    public void Commit()
    {
        VaultPack.WriteIndex(_file.Stream, Entries);
        _file.Stream.Position = 0;
        _file.Stream.Write(VaultPack.Header(_car.BytesWritten));
        _file.Commit();
    }

    public void Dispose()
    {
        try
        {
            _file.Dispose();
        }
        catch (IOException)
        {
            // buffered bytes found the disk full once more; the file is gone, and the first error is the one to show
        }
    }
}
