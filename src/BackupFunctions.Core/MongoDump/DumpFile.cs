using BackupFunctions.Ambient;

namespace BackupFunctions.MongoDump;

/// <summary>Files of a dump, read through gzip where they are so.</summary>
internal static class DumpFile
{
    public const string GzipSuffix = ".gz";
    private const int MaxTextLength = 256 * 1024 * 1024;

    /// <summary>Opens for reading; disposing the stream closes the file.</summary>
    public static Stream Open(IFiles files, string path, bool gzip) =>
        gzip ? new GzipReadStream(files.OpenRead(path)) : files.OpenRead(path);

    /// <summary>All bytes of a small file; one whose name ends with .gz is unpacked.</summary>
    /// <exception cref="BackupException">Corrupt: it cannot be unpacked, or is too large.</exception>
    public static async Task<byte[]> ReadSmall(IFiles files, string path, CancellationToken ct)
    {
        await using var stream = Open(files, path, path.EndsWith(GzipSuffix, StringComparison.Ordinal));
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer, ct)) > 0;)
            {
                content.Write(buffer, 0, read);
                if (content.Length > MaxTextLength) throw BackupException.Corrupt($"read {path}: it is larger than {MaxTextLength} bytes");
            }
        }
        catch (InvalidDataException e)
        {
            throw BackupException.Corrupt($"read {path}: {e.Message}", e);
        }
        return content.ToArray();
    }
}
