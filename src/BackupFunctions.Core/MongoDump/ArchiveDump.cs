using BackupFunctions.Ambient;

namespace BackupFunctions.MongoDump;

/// <summary>A mongodump archive: one file in which the data of collections is interleaved.</summary>
public sealed class ArchiveDump : IDumpSource
{
    private readonly string _path;
    private readonly bool _gzip;
    private readonly IFiles _files;
    private readonly DumpReadOptions _options;

    private ArchiveDump(string path, bool gzip, IFiles files, DumpReadOptions options, ArchivePrelude prelude)
    {
        (_path, _gzip, _files, _options) = (path, gzip, files, options);
        ServerVersion = prelude.ServerVersion;
        HasOplog = prelude.HasOplog;
        var taken = prelude.Collections.Where(c => SkippedCollections.Reason(c.Name) is null);
        Collections = [.. taken.OrderBy(c => c.Database, StringComparer.Ordinal).ThenBy(c => c.Name, StringComparer.Ordinal)];
        var warnings = prelude.Collections.Where(c => SkippedCollections.Reason(c.Name) is not null)
            .Select(c => $"skip {c} of {path}: {SkippedCollections.Reason(c.Name)}").ToList();
        if (HasOplog) warnings.Add(SkippedCollections.Oplog($"the oplog of {path}"));
        Warnings = warnings;
    }

    /// <inheritdoc/>
    public string Describe => _gzip ? "mongodump archive (gzip)" : "mongodump archive";

    /// <inheritdoc/>
    public IReadOnlyList<DumpCollection> Collections { get; }

    /// <inheritdoc/>
    public string? ServerVersion { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings { get; }

    /// <inheritdoc/>
    public bool HasOplog { get; }

    /// <inheritdoc/>
    public async Task ReadAll(IDumpSink sink, CancellationToken ct)
    {
        await using var buffer = new DocumentBuffer(DumpFile.Open(_files, _path, _gzip), _path);
        var prelude = await ArchivePrelude.Read(buffer, ct);
        var streams = new ArchiveStreams(prelude, Collections);
        var pump = new DocumentPump(buffer, sink, _options);
        while (await buffer.Fill(4, ct))
        {
            var block = await ArchiveBlocks.Next(buffer, "block header", ct)
                ?? throw ArchiveBlocks.Fault(buffer, "block header", "two terminators follow each other");
            var header = Header(block.Span, buffer);
            var target = streams.Find(header, buffer);
            if (!header.Eof)
            {
                await pump.Run(target, untilTerminator: true, ct);
                continue;
            }
            if (await ArchiveBlocks.Next(buffer, $"end of {target.Label}", ct) is not null)
                throw ArchiveBlocks.Fault(buffer, $"end of {target.Label}", "documents follow the end");
            streams.Close(header, target, buffer);
            if (target.Collection is { } collection) await sink.End(collection, target.Count, ct);
        }
        if (buffer.Available > 0) throw ArchiveBlocks.Fault(buffer, "block header", $"{buffer.Available} bytes are left over");
        streams.CheckAllClosed(buffer);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal static async Task<ArchiveDump> Load(string path, bool gzip, IFiles files, DumpReadOptions options, CancellationToken ct)
    {
        await using var buffer = new DocumentBuffer(DumpFile.Open(files, path, gzip), path);
        return new(path, gzip, files, options, await ArchivePrelude.Read(buffer, ct));
    }

    private static ArchiveBlockHeader Header(ReadOnlySpan<byte> block, DocumentBuffer buffer)
    {
        try
        {
            return ArchiveBlockHeader.Parse(block);
        }
        catch (FormatException e)
        {
            throw ArchiveBlocks.Fault(buffer, "block header", e.Message);
        }
    }
}
