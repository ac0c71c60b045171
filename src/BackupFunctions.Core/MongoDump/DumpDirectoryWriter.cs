using BackupFunctions.Ambient;

namespace BackupFunctions.MongoDump;

/// <summary>
/// Writes a directory as mongodump 100.18 does. Everything goes to a directory beside the target first, which takes the target's name in
/// <see cref="Complete"/>; disposing without it leaves nothing. Collections may be opened and written in parallel.
/// </summary>
public sealed class DumpDirectoryWriter : IDisposable
{
    private readonly string _root, _staging, _replaced;
    private readonly IFiles _files;
    private readonly DumpWriteOptions _options;
    private readonly HashSet<string> _written = [];
    private readonly Lock _lock = new();
    private int _open;
    private bool _done;

    /// <summary>Starts a directory at <paramref name="root"/>, which must be absent or empty unless it is to be replaced.</summary>
    /// <exception cref="BackupException">Configuration: the target is in use; the hint says how to go on.</exception>
    public DumpDirectoryWriter(string root, IFiles files, DumpWriteOptions? options = null)
    {
        (_files, _options) = (files, options ?? new());
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        var parent = Path.GetDirectoryName(_root)
            ?? throw new BackupException(ErrorKind.Configuration, $"write {root}: it is the root of the file system");
        _staging = Path.Combine(parent, $".{Path.GetFileName(_root)}.unfinished");
        _replaced = Path.Combine(parent, $".{Path.GetFileName(_root)}.replaced");
        if (files.Exists(_root)) throw new BackupException(ErrorKind.Configuration, $"write {root}: a file is there", "name another directory");
        if (!_options.Overwrite && files.List(_root).Any())
        {
            throw new BackupException(ErrorKind.Configuration, $"write {root}: the directory is not empty",
                "name another directory, or empty this one");
        }
        if (files.List(_staging).Concat(files.List(_replaced)).FirstOrDefault() is { } left)
        {
            throw new BackupException(ErrorKind.Configuration, $"write {root}: {Path.GetDirectoryName(left)} is left from another run",
                "delete it unless that run is still going");
        }
        files.DeleteDirectory(_staging);
    }

    /// <summary>
    /// Starts the two files of a collection; a view has metadata alone. The caller completes or disposes the result, before this writer is
    /// completed.
    /// </summary>
    /// <exception cref="BackupException">Configuration: a name that cannot be a file name, or that is taken. Failed: metadata cannot be written.</exception>
    public DumpCollectionWriter OpenCollection(DumpCollection collection)
    {
        if (DatabaseName.Problem(collection.Database) is { } problem)
            throw new BackupException(ErrorKind.Configuration, $"write {collection}: '{collection.Database}' cannot be a directory, {problem}");
        var directory = Path.Combine(_staging, collection.Database);
        var metadata = Path.Combine(directory, CollectionFileName.Escape(collection.Name) + ".metadata.json");
        var data = Path.Combine(directory, CollectionFileName.Escape(collection.DataName ?? collection.Name) + ".bson");
        var json = new CollectionMetadata(collection.Options, collection.Indexes, collection.Uuid, collection.Name, collection.Type).ToJson();
        lock (_lock)
        {
            // a file system that ignores case would let one collection replace another
            if (!_written.Add(metadata) || !_written.Add(data) || _files.Exists(Name(metadata)) || _files.Exists(Name(data)))
            {
                throw new BackupException(
                    ErrorKind.Configuration, $"write {collection}: {Path.GetFileName(metadata)} is taken by another collection");
            }
            WriteSmall(metadata, json);
            _open++;
        }
        return new(collection, collection.Type == DumpCollection.View ? null : Create(data), CollectionCompleted);
    }

    /// <summary>Starts <c>oplog.bson</c>, whose name says nothing of gzip even where its content is; once per dump.</summary>
    public DumpCollectionWriter OpenOplog()
    {
        lock (_lock) _open++;
        return new(new("", DirectoryLayout.OplogName, null, [], DumpCollection.Ordinary, null), new(_files.Create(Path.Combine(_staging, DirectoryLayout.OplogName)), _options.Gzip), CollectionCompleted);
    }

    /// <summary>Writes <c>prelude.json</c> and puts the directory at its place.</summary>
    /// <exception cref="InvalidOperationException">A collection was not completed.</exception>
    public void Complete(string? serverVersion, string toolVersion)
    {
        lock (_lock)
        {
            if (_open > 0) throw new InvalidOperationException($"{_open} collections are not completed");
            WriteSmall(Path.Combine(_staging, DumpPrelude.FileName), new DumpPrelude(serverVersion, toolVersion).ToJson());
            MoveIntoPlace();
            _done = true;
        }
    }

    /// <summary>Deletes what was written unless it was completed.</summary>
    public void Dispose()
    {
        if (_done) return;
        _done = true;
        _files.DeleteDirectory(_staging);
    }

    private void MoveIntoPlace()
    {
        var replaces = _files.List(_root).Any();
        if (replaces) Directory.Move(_root, _replaced);
        else _files.DeleteDirectory(_root);
        try
        {
            Directory.Move(_staging, _root);
        }
        catch when (replaces)
        {
            Directory.Move(_replaced, _root);
            throw;
        }
        if (replaces) _files.DeleteDirectory(_replaced);
    }

    private void CollectionCompleted()
    {
        lock (_lock) _open--;
    }

    private void WriteSmall(string path, byte[] content)
    {
        using var file = Create(path);
        file.Stream.Write(content);
        file.Commit();
    }

    private OutputFile Create(string path) => new(_files.Create(Name(path)), _options.Gzip);

    private string Name(string path) => _options.Gzip ? path + DumpFile.GzipSuffix : path;
}
