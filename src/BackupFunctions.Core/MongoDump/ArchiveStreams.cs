namespace BackupFunctions.MongoDump;

/// <summary>The collections of an archive while it is read: which may still give data, and the checksum of each.</summary>
internal sealed class ArchiveStreams
{
    private readonly Dictionary<(string, string), DocumentTarget> _open = [];
    private readonly HashSet<(string, string)> _closed = [];

    /// <summary>Expects the data of every collection of the prelude; that of collections not in <paramref name="wanted"/> is dropped.</summary>
    public ArchiveStreams(ArchivePrelude prelude, IReadOnlyList<DumpCollection> wanted)
    {
        var byName = wanted.ToDictionary(c => (c.Database, c.Name));
        foreach (var listed in prelude.Collections)
        {
            var target = new DocumentTarget(byName.GetValueOrDefault((listed.Database, listed.Name)), listed.ToString()) { Checksum = new() };
            _open.Add((listed.Database, listed.DataName ?? listed.Name), target);
        }
        if (prelude.HasOplog) _open.Add(("", ArchivePrelude.OplogName), new(null, "oplog") { Checksum = new() });
    }

    /// <summary>The collection of a block.</summary>
    public DocumentTarget Find(ArchiveBlockHeader header, DocumentBuffer buffer)
    {
        var key = (header.Database, header.Collection);
        if (_open.TryGetValue(key, out var target)) return target;
        if (_closed.Contains(key)) throw ArchiveBlocks.Fault(buffer, "block header", $"{header.Database}.{header.Collection} is at its end already");
        return JoinBuckets(header)
            ?? throw ArchiveBlocks.Fault(buffer, "block header", $"{header.Database}.{header.Collection} is not in the prelude");
    }

    /// <summary>Takes the end of a collection and compares its checksum.</summary>
    public void Close(ArchiveBlockHeader header, DocumentTarget target, DocumentBuffer buffer)
    {
        var seen = (long)target.Checksum!.Value;
        if (seen != header.Crc)
            throw ArchiveBlocks.Fault(buffer, target.Label, $"checksum {seen:x16} of its {target.Count} documents is not {header.Crc:x16}");
        _open.Remove((header.Database, header.Collection));
        _closed.Add((header.Database, header.Collection));
    }

    /// <summary>Refuses an archive that ends before its collections do.</summary>
    public void CheckAllClosed(DocumentBuffer buffer)
    {
        if (_open.Count == 0) return;
        var names = string.Join(", ", _open.Values.Select(t => t.Label).Order(StringComparer.Ordinal));
        throw ArchiveBlocks.Fault(buffer, "archive", $"file ends before {names}");
    }

    /// <summary>The buckets of a timeseries come under their own name, which the prelude does not list.</summary>
    private DocumentTarget? JoinBuckets(ArchiveBlockHeader header)
    {
        if (!header.Collection.StartsWith(DumpCollection.BucketsPrefix, StringComparison.Ordinal)) return null;
        var listed = (header.Database, header.Collection[DumpCollection.BucketsPrefix.Length..]);
        if (!_open.TryGetValue(listed, out var target) || target.Collection is { Type: not DumpCollection.Timeseries }) return null;
        _open.Remove(listed);
        _open.Add((header.Database, header.Collection), target);
        return target;
    }
}
