using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using BackupFunctions.Bson;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Standalone.Demo.Comparison;

/// <summary>Reads databases once and hashes what they hold; a batch of documents is in memory.</summary>
internal static class FingerprintReader
{
    public static async Task<DataFingerprint> Read(IMongoClient client, IEnumerable<string> databases, CancellationToken cancellationToken)
    {
        var collections = new Dictionary<string, CollectionFingerprint>(StringComparer.Ordinal);
        foreach (var name in databases)
        {
            var database = client.GetDatabase(name);
            await foreach (var spec in Each(await database.ListCollectionsAsync(cancellationToken: cancellationToken), cancellationToken))
            {
                var collection = spec["name"].AsString;
                // the server's own notes, such as the list of views
                if (collection.StartsWith("system.", StringComparison.Ordinal)) continue;
                collections[$"{name}.{collection}"] = await ReadCollection(database, collection, spec, cancellationToken);
            }
        }
        return new DataFingerprint(collections);
    }

    private static async Task<CollectionFingerprint> ReadCollection(
        IMongoDatabase database, string name, BsonDocument spec, CancellationToken cancellationToken)
    {
        var options = spec.GetValue("options", new BsonDocument()).AsBsonDocument;
        var type = spec.GetValue("type", "collection").AsString;
        if (type == "view") return new(type, HashOf(options), new Dictionary<string, Hash256>(), 0, 0, Hash256.Sha256([]));
        var source = database.GetCollection<RawBsonDocument>(name);
        var indexes = new Dictionary<string, Hash256>(StringComparer.Ordinal);
        await foreach (var index in Each(await source.Indexes.ListAsync(cancellationToken), cancellationToken)) indexes[index["name"].AsString] = HashOf(index);
        var content = new ContentHash(ordered: options.GetValue("capped", false).ToBoolean());
        // a time series is compared by its buckets, as they are
        if (type == "timeseries") source = database.GetCollection<RawBsonDocument>($"system.buckets.{name}");
        using var cursor = await source.Find(FilterDefinition<RawBsonDocument>.Empty).ToCursorAsync(cancellationToken);
        while (await cursor.MoveNextAsync(cancellationToken))
        {
            foreach (var document in cursor.Current)
            {
                using (document) content.Add(document.Bytes().Span);
            }
        }
        return new(type, HashOf(options), indexes, content.Documents, content.Bytes, content.Finish());
    }

    private static Hash256 HashOf(BsonDocument document) => Hash256.Sha256(document.ToBson());

    private static async IAsyncEnumerable<BsonDocument> Each(
        IAsyncCursor<BsonDocument> cursor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using (cursor)
        {
            while (await cursor.MoveNextAsync(cancellationToken))
            {
                foreach (var document in cursor.Current) yield return document;
            }
        }
    }

    /// <summary>A hash over documents: their sum modulo 2^64 per lane of SHA-256 when order is free, and the hash over all hashes when it is not.</summary>
    private sealed class ContentHash(bool ordered)
    {
        private readonly byte[] _state = new byte[Hash256.Size];

        public long Documents { get; private set; }

        public long Bytes { get; private set; }

        public void Add(ReadOnlySpan<byte> document)
        {
            Span<byte> hash = stackalloc byte[2 * Hash256.Size];
            var next = hash[Hash256.Size..];
            SHA256.HashData(document, next);
            if (ordered)
            {
                _state.CopyTo(hash);
                SHA256.HashData(hash, _state);
            }
            else
            {
                for (var lane = 0; lane < Hash256.Size; lane += 8)
                {
                    var sum = BinaryPrimitives.ReadUInt64LittleEndian(_state.AsSpan(lane)) + BinaryPrimitives.ReadUInt64LittleEndian(next[lane..]);
                    BinaryPrimitives.WriteUInt64LittleEndian(_state.AsSpan(lane), sum);
                }
            }
            Documents++;
            Bytes += document.Length;
        }

        public Hash256 Finish() => new(_state);
    }
}
