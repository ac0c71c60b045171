using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>What <c>listCollections</c> calls the type.</summary>
public enum CollectionType
{
    /// <summary>An ordinary, capped or clustered collection.</summary>
    Collection,

    /// <summary>A view: options only.</summary>
    View,

    /// <summary>
    /// A time series: to its users a collection of measurements, which the server keeps in the documents of <c>system.buckets.NAME</c>. Those buckets are
    /// what is read, counted, hashed and written here, as they are.
    /// </summary>
    Timeseries,
}

/// <summary>The order in which a collection is read, and in which its hashes are taken.</summary>
public enum CollectionReadOrder
{
    /// <summary>By the <c>_id</c> index: can be split, and resumed on another member.</summary>
    ById,

    /// <summary>As stored: one reader, from the beginning.</summary>
    Natural,
}

/// <summary>A collection or view as the server describes it; raw documents are the server's bytes.</summary>
public sealed record CollectionSpec
{
    /// <summary>Its name.</summary>
    public required Namespace Namespace { get; init; }

    /// <summary>Its type.</summary>
    public required CollectionType Type { get; init; }

    /// <summary>The collection that holds its documents: of a time series, that of its buckets.</summary>
    public Namespace DataNamespace => Type == CollectionType.Timeseries ? Namespace.Buckets : Namespace;

    /// <summary>The options of <c>listCollections</c>, verbatim; empty document when there are none.</summary>
    public required RawBsonDocument Options { get; init; }

    /// <summary>The documents of <c>listIndexes</c>, verbatim, without those that are still being built; none for a view.</summary>
    public required IReadOnlyList<RawBsonDocument> Indexes { get; init; }

    /// <summary>The collection's UUID, where the server tells one.</summary>
    public Guid? Uuid { get; init; }

    /// <summary>Number of documents, of a time series of buckets; an estimate.</summary>
    public long Documents { get; init; }

    /// <summary>Bytes of BSON; an estimate.</summary>
    public long Bytes { get; init; }

    /// <summary>Whether it is capped.</summary>
    public bool IsCapped => RawBson.TryFind(Options.Bytes().Span, "capped"u8, out var capped) && IndexSpec.IsTrue(capped);

    /// <summary>Whether documents are stored in the order of their <c>_id</c>, without an index of their own for it.</summary>
    public bool IsClustered => RawBson.TryFind(Options.Bytes().Span, "clusteredIndex"u8, out _);

    /// <summary>Whether it belongs to Queryable Encryption: a state collection (<c>enxcol_.*</c>) or one with encrypted fields.</summary>
    public bool IsQueryableEncryption =>
        Namespace.Collection.StartsWith("enxcol_.", StringComparison.Ordinal) || RawBson.TryFind(Options.Bytes().Span, "encryptedFields"u8, out _);

    /// <summary>Whether strings compare by a language's rules by default, so that <c>_id</c> order is not that of the bytes.</summary>
    public bool HasCollation
    {
        get
        {
            var collation = RawBson.Nested(Options.Bytes().Span, "collation"u8);
            return !collation.IsEmpty && !(RawBson.TryFind(collation, "locale"u8, out var locale) && locale.Value[4..^1].SequenceEqual("simple"u8));
        }
    }

    /// <summary>Capped collections and those without an index on <c>_id</c> are read as stored. Buckets lie in the order of their <c>_id</c>.</summary>
    public CollectionReadOrder ReadOrder =>
        !IsCapped && (Type == CollectionType.Timeseries || IsClustered || Indexes.Any(index => IndexSpec.IsIdIndex(index))) ? CollectionReadOrder.ById : CollectionReadOrder.Natural;

    /// <summary>Whether several readers may share it.</summary>
    public bool CanSplit => Type != CollectionType.View && ReadOrder == CollectionReadOrder.ById && !HasCollation;

    /// <summary>What the reader of a backup's report should know about it, or null.</summary>
    public string? Warning => IsQueryableEncryption
        ? $"{Namespace} belongs to Queryable Encryption: its documents are backed up, but a client reads a restored copy only with the same keys and all collections of the set"
        : null;
}
