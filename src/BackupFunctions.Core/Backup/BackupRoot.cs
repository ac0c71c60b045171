using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Repositories;
using BackupFunctions.Serialization;

namespace BackupFunctions.Backup;

/// <summary>Numbers the files of a backup in the order in which they come, and builds its directory over them, with the index and the public part. Not thread-safe.</summary>
internal sealed class BackupRoot
{
    private readonly UnixFsTree _tree = new();
    private int _next;

    /// <summary>Puts files at the next places.</summary>
    public List<IndexedFile> Place(IEnumerable<DumpedFile> files) => [.. files.Select(file =>
    {
        var indexed = new IndexedFile(_next++, file.List, file.Chunks, file.Documents, file.Bytes, file.StoredBytes, file.Sha256, file.First);
        _tree.Add(indexed.DataPath, file.Data, file.DataTsize);
        _tree.Add(indexed.ListPath, file.List, file.ListTsize);
        return indexed;
    })];

    /// <summary>Seals the index under the current epoch and writes it, the public part and the directories to the open segment; gives the root.</summary>
    public Cid Write(Repository repository, BackupIndex index, SegmentWriter segments)
    {
        using var sealer = new BlockSealer(repository.Keys.Current);
        Add(BackupIndex.FileName, SealedFile.Seal(sealer, BlockType.Index, index.Backup.ToArray(), EngineJson.Write(index)));
        var json = EngineJson.Write(new BackupHeader(BackupIndex.CurrentFormat, repository.Id, index.Backup, repository.Keyring.CurrentEpoch, repository.Keyring));
        Add(BackupHeader.FileName, SealedFile.Of([new Block(Cid.Raw(json), json)]));
        return _tree.Build(segments.Write);

        void Add(string path, SealedFile file)
        {
            foreach (var block in file.Blocks) segments.Write(block);
            _tree.Add(path, file.File.Root, file.File.Tsize);
        }
    }
}
