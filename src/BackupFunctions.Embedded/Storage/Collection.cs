namespace BackupFunctions.Embedded.Storage;

/// <summary>
/// A collection as it is at one moment: it never changes, so that a reader needs no lock and a cursor keeps what it started with.
/// </summary>
internal abstract class Collection(Namespace ns, CollectionOptions options) : CatalogEntry(ns)
{
    public CollectionOptions Options { get; } = options;

    public abstract IReadOnlyList<IndexDefinition> Indexes { get; }

    public abstract long Count { get; }

    /// <summary>Bytes of all documents.</summary>
    public abstract long DataSize { get; }

    /// <summary>All records in natural order, or from this record on in the direction of reading.</summary>
    public abstract IEnumerable<Record> Natural(bool forward, long? from = null);

    /// <summary>The records of a stretch of an index, each once, in index order or backwards.</summary>
    public abstract IEnumerable<Record> Scan(IndexDefinition index, bool forward, IndexRange range);

    /// <summary>Whether some document has more than one entry in the index.</summary>
    public abstract bool IsMultikey(IndexDefinition index);

    /// <summary>Whether a record has this id.</summary>
    public abstract bool Has(long id);

    /// <summary>The record at this place of natural order, from 0.</summary>
    public abstract Record At(long ordinal);

    public IndexDefinition? IdIndex => Indexes.FirstOrDefault(i => i.IsId);
}
