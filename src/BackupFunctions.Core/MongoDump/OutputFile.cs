using System.IO.Compression;
using BackupFunctions.Ambient;

namespace BackupFunctions.MongoDump;

/// <summary>A file of a dump being written, through gzip or not.</summary>
internal sealed class OutputFile(PendingFile file, bool gzip) : IDisposable
{
    // .NET writes nothing at all for an empty stream, which other tools refuse to unpack
    private static readonly byte[] EmptyGzip = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    private readonly GZipStream? _gzip = gzip ? new(file.Stream, CompressionLevel.Optimal, leaveOpen: true) : null;

    /// <summary>Where to write.</summary>
    public Stream Stream => _gzip ?? file.Stream;

    /// <summary>Ends the file and puts it at its path.</summary>
    public void Commit()
    {
        _gzip?.Dispose();
        if (gzip && file.Stream.Position == 0) file.Stream.Write(EmptyGzip);
        file.Commit();
    }

    /// <summary>Deletes it unless it was committed.</summary>
    public void Dispose() => file.Dispose();
}
