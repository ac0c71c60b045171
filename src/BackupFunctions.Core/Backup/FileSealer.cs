using System.Buffers.Binary;
using System.Security.Cryptography;
using BackupFunctions.Bson;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Backup;

/// <summary>
/// Turns the chunks of one range into files: seals what is new, uses again what the base holds, and closes each file with its DAG and its
/// sealed chunk list. One per worker, not thread-safe.
/// </summary>
internal sealed class FileSealer(BlockSealer sealer, BaseChunks reusable, Action<Block> write, CollectionReadOrder order) : IChunkSink, IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<ChunkRecord> _records = [];
    private readonly List<Block> _nodes = [];
    private readonly List<DumpedFile> _files = [];
    private UnixFsFileBuilder? _dag;
    private RawBsonDocument? _first;
    private long _documents, _bytes, _stored;

    /// <summary>The files closed so far, in order.</summary>
    public IReadOnlyList<DumpedFile> Files => _files;

    /// <inheritdoc/>
    public void Chunk(ReadOnlySpan<byte> plaintext, int documentsEnded, bool endsFile)
    {
        _dag ??= new UnixFsFileBuilder(_nodes.Add);
        if (_records.Count == 0 && order == CollectionReadOrder.ById) _first = FirstId(plaintext);

        var pid = sealer.ComputePid(BlockType.Chunk, plaintext);
        if (!reusable.TryFind(pid, plaintext.Length, out var record))
        {
            var block = sealer.Seal(BlockType.Chunk, seq: 0, last: true, context: [], plaintext);
            write(new(block.Cid, block.Bytes));
            record = new(block.Cid.Digest, block.S, pid, block.PlainLength, (uint)block.Bytes.Length);
        }
        _records.Add(record);
        _dag.AddLeaf(record.Cid, record.BlockLength);
        _hash.AppendData(plaintext);
        _documents += documentsEnded;
        _bytes += plaintext.Length;
        _stored += record.BlockLength;
        if (endsFile) CloseFile();
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void CloseFile()
    {
        var data = _dag!.Finish();
        var sealedList = SealedFile.Seal(sealer, BlockType.List, [], ChunkList.Encode(_records, sealer.CompressionLevel));
        // a list says all about its file: where the base holds the list, it holds the file's nodes too
        if (!reusable.HoldsList(sealedList.File.Root))
        {
            foreach (var node in _nodes) write(node);
            foreach (var block in sealedList.Blocks) write(block);
        }
        Span<byte> digest = stackalloc byte[Hash256.Size];
        _hash.GetHashAndReset(digest);
        _files.Add(new(data.Root, data.Tsize, sealedList.File.Root, sealedList.File.Tsize, _records.Count, _documents, _bytes, _stored, new Hash256(digest), _first));
        (_dag, _first, _documents, _bytes, _stored) = (null, null, 0, 0, 0);
        _records.Clear();
        _nodes.Clear();
    }

    // a file starts with a document; of one that goes on in the next chunk the _id stays unknown, and no range will start there
    private static RawBsonDocument? FirstId(ReadOnlySpan<byte> plaintext)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(plaintext);
        return length <= plaintext.Length ? RawBson.Id(plaintext[..length]) : null;
    }
}
