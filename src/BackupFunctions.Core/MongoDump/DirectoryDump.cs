using BackupFunctions.Ambient;

namespace BackupFunctions.MongoDump;

/// <summary>A mongodump directory, the directory of one of its databases, or one file of documents.</summary>
public sealed class DirectoryDump : IDumpSource
{
    private readonly IFiles _files;
    private readonly DumpReadOptions _options;
    private readonly Dictionary<(string, string), string> _data;

    private DirectoryDump(IFiles files, DumpReadOptions options, string describe, DirectoryEntries entries)
    {
        (_files, _options, Describe) = (files, options, describe);
        Collections = [.. entries.Collections.OrderBy(c => c.Database, StringComparer.Ordinal).ThenBy(c => c.Name, StringComparer.Ordinal)];
        _data = entries.Data;
        Warnings = entries.Warnings;
    }

    /// <inheritdoc/>
    public string Describe { get; }

    /// <inheritdoc/>
    public IReadOnlyList<DumpCollection> Collections { get; }

    /// <inheritdoc/>
    public string? ServerVersion { get; private init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Path of <c>oplog.bson</c>, or null. Its content is gzip when the dump's files are, although its name does not say so.</summary>
    public string? OplogPath { get; private init; }

    /// <inheritdoc/>
    public bool HasOplog => OplogPath is not null;

    /// <summary>Reads every collection in turn.</summary>
    /// <inheritdoc/>
    public async Task ReadAll(IDumpSink sink, CancellationToken ct)
    {
        foreach (var collection in Collections) await ReadCollection(collection, sink, ct);
    }

    /// <summary>Streams the documents of one of <see cref="Collections"/>. Several may be read at once, each into a sink of its own.</summary>
    /// <exception cref="BackupException">Corrupt: the message names file, document and offset.</exception>
    public async Task ReadCollection(DumpCollection collection, IDumpSink sink, CancellationToken ct)
    {
        var target = new DocumentTarget(collection, collection.ToString());
        if (_data.TryGetValue((collection.Database, collection.Name), out var path))
        {
            await using var buffer = new DocumentBuffer(DumpFile.Open(_files, path, DirectoryLayout.IsGzip(path)), path);
            await new DocumentPump(buffer, sink, _options).Run(target, untilTerminator: false, ct);
        }
        await sink.End(collection, target.Count, ct);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal static async Task<DirectoryDump> Load(
        string describe, DirectoryLayout layout, string? parentPrelude, IFiles files, DumpReadOptions options, CancellationToken ct)
    {
        var entries = new DirectoryEntries(layout.Warnings);
        foreach (var group in layout.Collections)
        {
            var metadata = group.Metadata is { } path ? CollectionMetadata.Parse(await DumpFile.ReadSmall(files, path, ct), path) : null;
            if (group.Metadata is not null && metadata is null)
                entries.Warnings.Add($"read {group.Metadata}: it is empty, so that options and indexes are unknown");
            entries.Add(group, metadata);
        }
        if (layout.Oplog is not null) entries.Warnings.Add(SkippedCollections.Oplog(layout.Oplog));
        var prelude = (layout.Prelude ?? parentPrelude) is { } file ? DumpPrelude.Parse(await DumpFile.ReadSmall(files, file, ct), file) : null;
        var gzip = layout.Collections.Any(c => DirectoryLayout.IsGzip(c.Data ?? c.Metadata!));
        return new(files, options, gzip ? $"{describe} (gzip)" : describe, entries)
        {
            ServerVersion = prelude?.ServerVersion,
            OplogPath = layout.Oplog,
        };
    }
}
