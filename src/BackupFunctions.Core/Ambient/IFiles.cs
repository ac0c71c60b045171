namespace BackupFunctions.Ambient;

/// <summary>
/// The file operations that the product needs, so that faults (a full disk, a torn write) can be injected. Paths are the operating
/// system's. Errors are those of <see cref="System.IO"/>: <see cref="FileNotFoundException"/>, <see cref="DirectoryNotFoundException"/>,
/// <see cref="IOException"/> (a full disk among them), <see cref="UnauthorizedAccessException"/>. Implementations are thread-safe.
/// </summary>
public interface IFiles
{
    /// <summary>Opens a file for reading, seekable; the caller disposes it.</summary>
    Stream OpenRead(string path);

    /// <summary>
    /// Starts a file that appears at <paramref name="path"/> whole or not at all: directories are made, bytes go to a hidden file beside it,
    /// <see cref="PendingFile.Commit"/> flushes them to disk and renames (replacing), disposing without a commit deletes them.
    /// The file is readable by its owner alone when <paramref name="ownerOnly"/>.
    /// </summary>
    PendingFile Create(string path, bool ownerOnly = false);

    /// <summary>Whether a file is at this path.</summary>
    bool Exists(string path);

    /// <summary>Length of a file in bytes.</summary>
    long Length(string path);

    /// <summary>Deletes a file; one that is absent is fine.</summary>
    void Delete(string path);

    /// <summary>Deletes a directory and all in it; one that is absent is fine.</summary>
    void DeleteDirectory(string path);

    /// <summary>Full paths of the files below a directory, at any depth, in no order, without pending ones; none when it is absent.</summary>
    IEnumerable<string> List(string directory);

    /// <summary>Bytes that the owner of this process may still write on the volume of an existing or future path.</summary>
    long FreeBytes(string path);
}

/// <summary>A file being written: see <see cref="IFiles.Create"/>.</summary>
public abstract class PendingFile : IDisposable
{
    /// <summary>Where to write, seekable; not to be disposed by the caller.</summary>
    public abstract Stream Stream { get; }

    /// <summary>Flushes to disk and puts the file at its path.</summary>
    public abstract void Commit();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Deletes what was written unless it was committed.</summary>
    protected abstract void Dispose(bool disposing);
}
