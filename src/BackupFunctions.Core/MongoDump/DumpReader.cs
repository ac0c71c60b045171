using System.Buffers.Binary;
using BackupFunctions.Ambient;

namespace BackupFunctions.MongoDump;

/// <summary>Opens what mongodump wrote: a directory, the directory of one database, an archive or a single .bson file, each plain or gzip.</summary>
public static class DumpReader
{
    private const ushort GzipMagic = 0x8b1f;
    private const string Hint = "give a directory or an archive made by mongodump";

    /// <summary>Finds out what the path is, by names for directories and by the first bytes for files, and reads what it holds.</summary>
    /// <exception cref="BackupException">
    /// NotFound: nothing is there. Configuration: it is no dump. Corrupt: it is a dump whose metadata cannot be read.
    /// </exception>
    public static async Task<IDumpSource> Open(string path, IFiles files, DumpReadOptions? options = null, CancellationToken ct = default)
    {
        options ??= new();
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (files.Exists(full)) return await OpenFile(full, files, options, ct);
        var paths = files.List(full).ToList();
        if (paths.Count == 0) throw BackupException.NotFound($"open {path}: there is no file, or the directory is empty", Hint);
        var layout = DirectoryLayout.Scan(full, paths, options.Database);
        if (!layout.IsDump) throw new BackupException(ErrorKind.Configuration, $"open {path}: it is no mongodump directory", Hint);
        var describe = layout.IsSingleDatabase ? "mongodump database directory" : "mongodump directory";
        return await DirectoryDump.Load(describe, layout, layout.IsSingleDatabase ? ParentPrelude(full, files) : null, files, options, ct);
    }

    private static async Task<IDumpSource> OpenFile(string path, IFiles files, DumpReadOptions options, CancellationToken ct)
    {
        var name = Path.GetFileName(path);
        var gzip = await StartsWith(files.OpenRead(path), GzipMagic, 2, ct);
        if (await StartsWith(DumpFile.Open(files, path, gzip), ArchiveBlocks.Magic, 4, ct))
            return await ArchiveDump.Load(path, gzip, files, options, ct);
        if (!DirectoryLayout.IsData(name))
            throw new BackupException(ErrorKind.Configuration, $"open {path}: it is no mongodump archive", Hint);
        var directory = Path.GetDirectoryName(path)!;
        var layout = DirectoryLayout.ForFile(path, files.Exists, options.Database ?? Path.GetFileName(directory));
        return await DirectoryDump.Load("BSON file", layout, null, files, options, ct);
    }

    private static string? ParentPrelude(string directory, IFiles files)
    {
        if (Path.GetDirectoryName(directory) is not { } parent) return null;
        var plain = Path.Combine(parent, DumpPrelude.FileName);
        return files.Exists(plain) ? plain : files.Exists(plain + DumpFile.GzipSuffix) ? plain + DumpFile.GzipSuffix : null;
    }

    private static async Task<bool> StartsWith(Stream stream, uint magic, int length, CancellationToken ct)
    {
        await using (stream)
        {
            var start = new byte[4];
            try
            {
                var read = await stream.ReadAtLeastAsync(start.AsMemory(0, length), length, throwOnEndOfStream: false, ct);
                return read == length && BinaryPrimitives.ReadUInt32LittleEndian(start) == magic;
            }
            catch (InvalidDataException)
            {
                return false;
            }
        }
    }
}
