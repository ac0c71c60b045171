using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>The oplog up to an optime, as a member shows it that has not applied, or knows not to be committed, what is behind.</summary>
internal sealed class BoundedOplog(StoredCollection oplog, BsonTimestamp through) : Collection(oplog.Namespace, oplog.Options)
{
    private readonly int _count = oplog.CountUpTo(through.Value);

    public override IReadOnlyList<IndexDefinition> Indexes => oplog.Indexes;

    public override long Count => _count;

    /// <summary>The share of the whole oplog's bytes.</summary>
    public override long DataSize => oplog.Count == 0 ? 0 : oplog.DataSize * _count / oplog.Count;

    public override IEnumerable<Record> Natural(bool forward, long? from = null) => forward
        ? oplog.Natural(forward, from).TakeWhile(r => r.Id <= through.Value)
        : oplog.Natural(forward, Math.Min(from ?? long.MaxValue, through.Value));

    public override IEnumerable<Record> Scan(IndexDefinition index, bool forward, IndexRange range) =>
        throw new InvalidOperationException($"scan {Namespace} by {index.Name}: the oplog has no indexes");

    public override bool IsMultikey(IndexDefinition index) => false;

    public override bool Has(long id) => id <= through.Value && oplog.Has(id);

    public override Record At(long ordinal) => oplog.At(ordinal);
}
