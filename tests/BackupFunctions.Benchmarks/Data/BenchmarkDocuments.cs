using System.Buffers.Binary;
using MongoDB.Bson;

namespace BackupFunctions.Benchmarks.Data;

/// <summary>
/// Documents as shops and logs have them: about 1 KiB, compressible about 3:1, an ObjectId that ascends as <c>_id</c>. Each is computed from its
/// ordinal and revision alone. Thread-safe.
/// </summary>
internal static class BenchmarkDocuments
{
    /// <summary>About the length of a document in bytes.</summary>
    public const int TypicalLength = 1024;

    private const int FirstSecond = 1_700_000_000;

    private static readonly string[] Words =
        ("account address amount approved archive basket billing branch cancelled carrier category charge city client colour comment company "
        + "confirmed contract country coupon courier created currency customer delivery deposit discount document download email express "
        + "failed final first gift grade group handled holiday household import initial invoice item journal label language last ledger letter "
        + "limit local manual market member message method mobile monthly network note number office online open order outlet package paid "
        + "partner payment pending person phone pickup place premium price priority product profile promotion purchase quality quantity rating "
        + "received record refund region regular reminder report request returned review route sale schedule season second segment service "
        + "shipment shop signed size standard status stock store street subject summary supplier support system target tax team ticket total "
        + "tracking transfer type unit update urgent user valid value vendor voucher warehouse web weekly weight window yearly").Split(' ');

    /// <summary>The document at an ordinal in BSON; another revision is the same document after an update, another seed another collection's.</summary>
    public static byte[] At(long ordinal, int revision = 0, int seed = 0)
    {
        var random = new Random(HashCode(ordinal, revision, seed));
        var created = DateTimeOffset.FromUnixTimeSeconds(FirstSecond + (ordinal / 8)).UtcDateTime;
        var lines = new BsonArray(Enumerable.Range(0, random.Next(2, 5)).Select(_ => new BsonDocument
        {
            { "sku", Hex(random, 5) },
            { "name", Text(random, 3) },
            { "quantity", random.Next(1, 9) },
            { "price", random.Next(100, 100_000) / 100.0 },
        }));
        return new BsonDocument
        {
            { "_id", Id(ordinal) },
            { "customer", new BsonDocument { { "number", random.Next(10_000_000) }, { "name", Text(random, 2) }, { "email", $"{Word(random)}.{Word(random)}{random.Next(1000)}@example.com" } } },
            { "createdAt", created },
            { "updatedAt", created.AddMinutes(revision) },
            { "status", Word(random) },
            { "lines", lines },
            { "shipping", new BsonDocument { { "street", $"{Text(random, 2)} {random.Next(1, 200)}" }, { "city", Word(random) }, { "country", "DE" }, { "express", random.Next(4) == 0 } } },
            { "note", Text(random, random.Next(30, 60)) },
            { "session", Hex(random, 32) },
            { "revision", revision },
        }.ToBson();
    }

    /// <summary>Documents of about this many bytes together, in groups as a cursor gives them.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>[]> Batches(long bytes, int revision = 0, long firstRevised = 0)
    {
        const int BatchSize = 4096;
        var documents = Enumerable.Range(0, (int)(bytes / TypicalLength)).Select(i => (ReadOnlyMemory<byte>)At(i, i < firstRevised ? 0 : revision));
        return [.. documents.Chunk(BatchSize)];
    }

    // System.HashCode differs from process to process
    private static int HashCode(long ordinal, int revision, int seed) =>
        (int)(unchecked((((ulong)ordinal * 31) + (ulong)revision) * 31 + (ulong)seed) * 0x9E3779B97F4A7C15 >> 32);

    // one machine's ids: seconds, five constant bytes, a counter
    private static ObjectId Id(long ordinal)
    {
        Span<byte> id = stackalloc byte[12];
        BinaryPrimitives.WriteInt32BigEndian(id, FirstSecond + (int)(ordinal / 8));
        "shop1"u8.CopyTo(id[4..]);
        id[9] = (byte)(ordinal >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(id[10..], (ushort)ordinal);
        return new ObjectId(id.ToArray());
    }

    private static string Word(Random random) => Words[random.Next(Words.Length)];

    private static string Text(Random random, int words) => string.Join(' ', Enumerable.Range(0, words).Select(_ => Word(random)));

    private static string Hex(Random random, int bytes)
    {
        Span<byte> buffer = stackalloc byte[bytes];
        random.NextBytes(buffer);
        return Convert.ToHexStringLower(buffer);
    }
}
