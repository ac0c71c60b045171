using System.Buffers.Binary;
using BackupFunctions.Ambient;
using BackupFunctions.Ipfs;
using BackupFunctions.Serialization;

namespace BackupFunctions.Manifest;

/// <summary>
/// A catalogue in a directory, for hosts without a catalogue database: <c>head.json</c>, a lock file that makes replacing it atomic, and quick copies
/// <c>blocks/CID</c>, each behind its revision (u64, little-endian).
/// </summary>
public sealed class FileCatalog(string directory, IFiles files) : ICatalog
{
    private readonly string _head = Path.Combine(directory, "head.json");

    /// <inheritdoc/>
    public string Name => $"MONGODB_CATALOG_URI file://{directory}";

    /// <inheritdoc/>
    public async Task<CatalogHead?> ReadHead(CancellationToken cancellationToken)
    {
        try
        {
            if (!files.Exists(_head)) return null;
            await using var stream = files.OpenRead(_head);
            using var buffer = new MemoryStream();
            await stream.CopyToAsync(buffer, cancellationToken);
            return EngineJson.Read<CatalogHead>(buffer.GetBuffer().AsSpan(0, (int)buffer.Length), $"catalogue {_head}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable("read", e);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> TryReplaceHead(ulong? expectedRevision, CatalogHead next, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(directory);
            using var held = await Lock(cancellationToken);
            if ((await ReadHead(cancellationToken))?.Revision != expectedRevision) return false;
            using var file = files.Create(_head);
            file.Stream.Write(EngineJson.Write(next));
            file.Commit();
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
