using System.Buffers.Binary;
using BackupFunctions.Ambient;
using BackupFunctions.Ipfs;
using BackupFunctions.Repositories.Locking;
using BackupFunctions.Serialization;

namespace BackupFunctions.Manifest;

/// <summary>
/// A catalogue in a directory, for hosts without a catalogue database: <c>head.json</c>, <c>locks.json</c>, a lock file that makes replacing them atomic, and quick copies
/// <c>blocks/CID</c>, each behind its revision (u64, little-endian).
/// </summary>
public sealed class FileCatalog(string directory, IFiles files) : ICatalog
{
    private readonly string _head = Path.Combine(directory, "head.json");
    private readonly string _locks = Path.Combine(directory, "locks.json");

    /// <inheritdoc/>
    public string Name => $"MONGODB_CATALOG_URI file://{directory}";

    /// <inheritdoc/>
    public Task<CatalogHead?> ReadHead(CancellationToken cancellationToken) => Read<CatalogHead>(_head, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> TryReplaceHead(CatalogHead? expected, CatalogHead next, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(directory);
            using var held = await Lock(cancellationToken);
            var current = await ReadHead(cancellationToken);
            if (current?.Revision != expected?.Revision || current?.Fence != expected?.Fence) return false;
            Write(_head, next);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable("write", e);
        }
    }

    /// <inheritdoc/>
    public async Task<LockTable> ReadLocks(CancellationToken cancellationToken) => await Read<LockTable>(_locks, cancellationToken) ?? LockTable.Empty;

    /// <inheritdoc/>
    public async Task<bool> TryReplaceLocks(long expectedVersion, LockTable next, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(directory);
            using var held = await Lock(cancellationToken);
            if ((await ReadLocks(cancellationToken)).Version != expectedVersion) return false;
            Write(_locks, next);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable("write", e);
        }
    }

    /// <inheritdoc/>
    public async Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = files.OpenRead(BlockPath(cid));
            using var buffer = new MemoryStream();
            await stream.CopyToAsync(buffer, cancellationToken);
            return buffer.Length < sizeof(ulong) ? null : buffer.ToArray()[sizeof(ulong)..];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable("read", e);
        }
    }

    /// <inheritdoc/>
    public Task Keep(ulong revision, IReadOnlyList<Block> blocks, CancellationToken cancellationToken)
    {
        var prefix = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, revision);
        try
        {
            foreach (var block in blocks)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var file = files.Create(BlockPath(block.Cid));
                file.Stream.Write(prefix);
                file.Stream.Write(block.Data.Span);
                file.Commit();
            }
            return Task.CompletedTask;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable("write", e);
        }
    }

    /// <inheritdoc/>
    public Task DropBefore(ulong revision, CancellationToken cancellationToken)
    {
        try
        {
            var prefix = new byte[sizeof(ulong)];
            foreach (var path in files.List(Path.Combine(directory, "blocks")).ToList())
            {
                cancellationToken.ThrowIfCancellationRequested();
                using (var stream = files.OpenRead(path)) stream.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false);
                if (BinaryPrimitives.ReadUInt64LittleEndian(prefix) < revision) files.Delete(path);
            }
            return Task.CompletedTask;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable("write", e);
        }
    }

    private async Task<T?> Read<T>(string path, CancellationToken cancellationToken) where T : class
    {
        try
        {
            if (!files.Exists(path)) return null;
            await using var stream = files.OpenRead(path);
            using var buffer = new MemoryStream();
            await stream.CopyToAsync(buffer, cancellationToken);
            return EngineJson.Read<T>(buffer.GetBuffer().AsSpan(0, (int)buffer.Length), $"catalogue {path}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable("read", e);
        }
    }

    private void Write<T>(string path, T value)
    {
        using var file = files.Create(path);
        file.Stream.Write(EngineJson.Write(value));
        file.Commit();
    }

    private string BlockPath(Cid cid) => Path.Combine(directory, "blocks", cid.ToString());

    // an exclusive handle: released by the operating system when the process dies
    private async Task<FileStream> Lock(CancellationToken cancellationToken)
    {
        var path = Path.Combine(directory, "lock");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < 100 && File.Exists(path))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
            }
        }
    }

    private BackupException Unusable(string verb, Exception e) =>
        new(ErrorKind.Failed, $"{verb} catalogue {Name}: {e.Message}", "the directory must exist or be creatable, and be writable", e);
}
