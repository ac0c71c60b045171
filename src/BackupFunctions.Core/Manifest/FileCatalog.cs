using BackupFunctions.Ambient;
using BackupFunctions.Serialization;

namespace BackupFunctions.Manifest;

/// <summary>A catalogue in a directory, for hosts without a catalogue database: <c>head.json</c>, and a lock file that makes replacing it atomic.</summary>
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
