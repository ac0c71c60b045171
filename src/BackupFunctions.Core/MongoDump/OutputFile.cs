using System.IO.Compression;
using BackupFunctions.Ambient;

namespace BackupFunctions.MongoDump;

/// <summary>A file of a dump being written, through gzip or not.</summary>
internal sealed class OutputFile(PendingFile file, bool gzip) : IDisposable
{
    private readonly GZipStream? _gzip = gzip ? new(file.Stream, CompressionLevel.Optimal, leaveOpen: true) : null;

    /// <summary>Where to write.</summary>
    public Stream Stream => _gzip ?? file.Stream;

    /// <summary>Ends the file and puts it at its path.</summary>
    public void Commit()
    {
        _gzip?.Dispose();
        file.Commit();
    }

    /// <summary>Deletes it unless it was committed.</summary>
    public void Dispose() => file.Dispose();
}
