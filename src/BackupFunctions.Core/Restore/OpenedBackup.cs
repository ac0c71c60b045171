using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Serialization;

namespace BackupFunctions.Restore;

/// <summary>
/// A backup that a key has opened: its index, and its files chunk by chunk. Everything that comes out has been authenticated, stands where
/// its list says, and, when a file was read to its end, hashes to what was dumped.
/// </summary>
public sealed class OpenedBackup : IDisposable
{
    private readonly IBackupContent _content;
    private readonly UnlockedKeyring _keys;
    private readonly IDisposable? _owned;

    private OpenedBackup(IBackupContent content, UnlockedKeyring keys, BackupHeader header, BackupIndex index, IDisposable? owned) =>
        (_content, _keys, Header, Index, _owned) = (content, keys, header, index, owned);

    /// <summary>The public part.</summary>
    public BackupHeader Header { get; }

    /// <summary>The table of contents.</summary>
    public BackupIndex Index { get; }

    /// <summary>Opens a backup with its own copy of the keyring.</summary>
    public static Task<OpenedBackup> Open(IBackupContent content, IKeySource keySource, CancellationToken cancellationToken) =>
        OpenAlone(content, new KeyringUnlocker(keySource), cancellationToken);

    /// <summary>Opens a backup and keeps the unlocker as its own, also when it cannot be opened.</summary>
    public static async Task<OpenedBackup> OpenAlone(IBackupContent content, KeyringUnlocker unlocker, CancellationToken cancellationToken)
    {
        try
        {
            return await Open(content, unlocker, unlocker, cancellationToken);
        }
        catch
        {
            unlocker.Dispose();
            throw;
        }
    }

    /// <summary>The same for one of several backups: it needs no disposing, and the unlocker must outlive it.</summary>
    public static Task<OpenedBackup> Open(IBackupContent content, KeyringUnlocker unlocker, CancellationToken cancellationToken) =>
        Open(content, unlocker, null, cancellationToken);

    /// <summary>Opens a backup with keys that are at hand, and which stay the caller's; it needs no disposing.</summary>
    internal static Task<OpenedBackup> Open(IBackupContent content, UnlockedKeyring keys, CancellationToken cancellationToken) =>
        Open(content, _ => Task.FromResult(keys), null, cancellationToken);

    private static Task<OpenedBackup> Open(IBackupContent content, KeyringUnlocker unlocker, IDisposable? owned, CancellationToken cancellationToken) =>
        Open(content, header => unlocker.Unlock(header.Keyring, header.Epoch, cancellationToken), owned, cancellationToken);

    private static async Task<OpenedBackup> Open(IBackupContent content, Func<BackupHeader, Task<UnlockedKeyring>> unlock, IDisposable? owned, CancellationToken cancellationToken)
    {
        var header = EngineJson.Read<BackupHeader>(await content.ReadHeader(cancellationToken), $"{BackupHeader.FileName} of {content.Name}");
        if (header.Format != BackupIndex.CurrentFormat)
            throw new BackupException(ErrorKind.Failed, $"open backup {content.Name}: format {header.Format} is unknown", "use a newer version of backupfn");
        if (header.Keyring.Repository != header.Repository)
            throw BackupException.Corrupt($"open backup {content.Name}: its keyring belongs to repository {header.Keyring.Repository}");

        var keys = await unlock(header);
        using var opener = new BlockOpener(keys.Find);
        return new(content, keys, header, await ReadIndex(content, opener, header.Backup, cancellationToken), owned);
    }

    /// <summary>Opens the index and checks that it belongs to this backup.</summary>
    internal static async Task<BackupIndex> ReadIndex(IBackupContent content, BlockOpener opener, BackupId backup, CancellationToken cancellationToken)
    {
        var json = SealedObject.Open(opener, BlockType.Index, backup.ToArray(), await content.ReadIndex(cancellationToken));
        var index = EngineJson.Read<BackupIndex>(json, $"index of {content.Name}");
        if (index.Format != BackupIndex.CurrentFormat)
            throw new BackupException(ErrorKind.Failed, $"read index of {content.Name}: format {index.Format} is unknown", "use a newer version of backupfn");
        return index.Backup == backup ? index : throw BackupException.Corrupt($"read index of {content.Name}: it belongs to backup {index.Backup}, want {backup}");
    }

    /// <summary>
    /// The documents of a file, in order, as stretches of plaintext that end where chunks end. Each stretch is valid until the next one is
    /// asked for. Fails with <see cref="ErrorKind.Corrupt"/> at the first byte that is not what was dumped.
    /// </summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadFile(IndexedFile file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var opener = new BlockOpener(_keys.Find);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var list = await ReadList(file, opener, cancellationToken);
        var records = list.Records;
        var keys = _keys.Find(Header.Epoch) ?? throw Wrong(file, $"no key of epoch {Header.Epoch}");
        using var pids = new PlaintextIds(keys);

        var at = 0;
        await foreach (var block in _content.ReadChunks(file, records, cancellationToken))
        {
            if (at == records.Count) throw Wrong(file, "there are more blocks than its list has");
            var record = records[at];
            if (!record.Cid.Matches(block.Span)) throw Wrong(file, $"block {at} is not {record.Cid}");
            var opened = opener.Open(block.Span);
            if (opened.Header.Type != BlockType.Chunk || opened.S != record.S || (uint)opened.Plaintext.Length != record.PlainLength)
                throw Wrong(file, $"block {at} is not the chunk that its list names");
            if (pids.Compute(BlockType.Chunk, list.CompressionLevel, opened.Plaintext.Span) != record.Pid)
                throw Wrong(file, $"chunk {at} has another plaintext id than its list names");
            hash.AppendData(opened.Plaintext.Span);
            at++;
            yield return opened.Plaintext;
        }
        if (at != records.Count) throw Wrong(file, $"it ends after {at} of {records.Count} blocks");
        if (new Hash256(hash.GetHashAndReset()) != file.Sha256) throw Wrong(file, "its SHA-256 is not the one of the dump");
    }

    /// <summary>The records of a file's chunks, in order.</summary>
    public async Task<ChunkList> ReadList(IndexedFile file, CancellationToken cancellationToken)
    {
        using var opener = new BlockOpener(_keys.Find);
        return await ReadList(file, opener, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _owned?.Dispose();

    private async Task<ChunkList> ReadList(IndexedFile file, BlockOpener opener, CancellationToken cancellationToken)
    {
        var list = ChunkList.Decode(SealedObject.Open(opener, BlockType.List, null, await _content.ReadList(file, cancellationToken)));
        return list.Records.Count == file.Chunks ? list : throw Wrong(file, $"its list has {list.Records.Count} chunks, the index says {file.Chunks}");
    }

    private BackupException Wrong(IndexedFile file, string what) => BackupException.Corrupt($"read {file.DataPath} of {_content.Name}: {what}");
}
