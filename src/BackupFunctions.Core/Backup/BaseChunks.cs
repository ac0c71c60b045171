using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Backup;

/// <summary>
/// The chunks of the base backup near a range, by plaintext id. All of them are held by every node: their root is pinned there. Memory is
/// that of the lists of this neighbourhood, about 200 bytes a chunk.
/// </summary>
internal sealed class BaseChunks
{
    private readonly Dictionary<Hash256, ChunkRecord> _byPid = [];
    private readonly HashSet<Cid> _lists = [];

    /// <summary>Nothing can be used again.</summary>
    public static BaseChunks None { get; } = new();

    /// <summary>Reads the lists of the base through nodes that hold them. One that cannot be read is told and passed over: its chunks are sealed again.</summary>
    public static async Task<BaseChunks> Load(
        IReadOnlyList<Cid> lists, UnixFsReader files, BlockOpener opener, Action<Cid, BackupException> onUnreadable, CancellationToken cancellationToken)
    {
        var chunks = new BaseChunks();
        foreach (var list in lists)
        {
            try
            {
                var records = ChunkList.Decode(await SealedFileReader.Read(files, opener, list, BlockType.List, null, cancellationToken));
                foreach (var record in records.Records) chunks._byPid[record.Pid] = record;
                chunks._lists.Add(list);
            }
            catch (BackupException e)
            {
                onUnreadable(list, e);
            }
        }
        return chunks;
    }

    /// <summary>The chunk with this plaintext id and length.</summary>
    public bool TryFind(Hash256 pid, int plainLength, out ChunkRecord record) =>
        _byPid.TryGetValue(pid, out record!) && record.PlainLength == (uint)plainLength;

    /// <summary>Whether the base has a file with exactly this chunk list.</summary>
    public bool HoldsList(Cid list) => _lists.Contains(list);
}
