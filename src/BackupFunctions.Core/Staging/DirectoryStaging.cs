using System.Runtime.CompilerServices;
using BackupFunctions.Ambient;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Staging;

/// <summary>
/// Staging in a directory: <c>&lt;run&gt;/&lt;segment&gt;</c>, files of their owner alone, each of which appears whole when it is committed.
/// </summary>
public sealed class DirectoryStaging(string directory, IFiles files) : IStaging
{
    private readonly string _directory = Path.GetFullPath(directory);

    /// <inheritdoc/>
    public Task<IStagedWriter> Create(string run, string segment, CancellationToken cancellationToken)
    {
        var path = PathOf(run, segment);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Guard<IStagedWriter>($"stage {run}/{segment}", () =>
        {
            var file = files.Create(path, ownerOnly: true);
            return new Writer(file, e => Failure($"stage {run}/{segment}", e));
        }));
    }

    /// <inheritdoc/>
    public Task<Stream> OpenRead(string run, string segment, CancellationToken cancellationToken)
    {
        var path = PathOf(run, segment);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Guard($"open staged {run}/{segment}", () =>
        {
            try
            {
                return files.OpenRead(path);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                throw new BackupException(
                    ErrorKind.NotFound,
                    $"open staged {run}/{segment}: it is not in {_directory} (BACKUP_STAGING)",
                    "was staging cleaned, or is this another machine's run?",
                    e);
            }
        }));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StagedSegment> List(string run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = Path.Combine(_directory, StagedName.Valid(run, nameof(run)));
        var segments = Guard($"list staged {run}", () => files.List(path)
            .Select(file => new StagedSegment(Path.GetFileName(file), files.Length(file)))
            .OrderBy(segment => segment.Name, StringComparer.Ordinal)
            .ToList());
        foreach (var segment in segments)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return segment;
        }
        await Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> Runs([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var runs = Guard("list staged runs", () => files.List(_directory)
            .Select(file => Path.GetRelativePath(_directory, file).Split(Path.DirectorySeparatorChar))
            .Where(parts => parts.Length == 2)
            .Select(parts => parts[0])
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList());
        foreach (var run in runs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return run;
        }
        await Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task Delete(string run, CancellationToken cancellationToken)
    {
        var path = Path.Combine(_directory, StagedName.Valid(run, nameof(run)));
        cancellationToken.ThrowIfCancellationRequested();
        Guard($"delete staged {run}", () =>
        {
            files.DeleteDirectory(path);
            return true;
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<long?> FreeBytes(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<long?>(Guard("look for free space", () => files.FreeBytes(_directory)));
    }

    private string PathOf(string run, string segment) => Path.Combine(_directory, StagedName.Valid(run, nameof(run)), StagedName.Valid(segment, nameof(segment)));

    private T Guard<T>(string action, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(action, e);
        }
    }

    private BackupException Failure(string action, Exception e) => new(
        ErrorKind.Failed,
        $"{action} in {_directory} (BACKUP_STAGING): {e.Message}",
        DiskProblem.IsFull(e) ? "free space there, or set BACKUP_STAGING to a directory on a larger volume" : DiskProblem.HintFor(e, _directory),
        e);

    private sealed class Writer(PendingFile file, Func<Exception, BackupException> failure) : IStagedWriter
    {
        public Stream Stream { get; } = new StagedStream(file.Stream, failure);

        public Task Commit(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                file.Commit();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw failure(e);
            }
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            try
            {
                file.Dispose();
            }
            catch (IOException)
            {
                // buffered bytes found the disk full once more; the file is gone, and the first error is the one to show
            }
            return ValueTask.CompletedTask;
        }
    }
}
