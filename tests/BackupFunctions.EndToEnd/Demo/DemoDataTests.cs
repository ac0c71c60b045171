using System.Security.Cryptography;
using System.Text;
using BackupFunctions.Standalone.Demo.Data;
using BackupFunctions.Standalone.Demo.Data.Bson;
using BackupFunctions.Standalone.Demo.Data.Odd;

namespace BackupFunctions.EndToEnd.Demo;

public sealed class DemoDataTests
{
    // all types but array, undefined and regex, which servers refuse
    private static readonly byte[] IdTypes =
    [
        BsonTypeCode.Double, BsonTypeCode.String, BsonTypeCode.Document, BsonTypeCode.Binary, BsonTypeCode.ObjectId, BsonTypeCode.Boolean, BsonTypeCode.DateTime,
        BsonTypeCode.Null, BsonTypeCode.DbPointer, BsonTypeCode.JavaScript, BsonTypeCode.Symbol, BsonTypeCode.JavaScriptWithScope, BsonTypeCode.Int32,
        BsonTypeCode.Timestamp, BsonTypeCode.Int64, BsonTypeCode.Decimal128, BsonTypeCode.MinKey, BsonTypeCode.MaxKey,
    ];

    [Fact]
    public void It_is_large_enough_and_the_same_for_the_same_seed()
    {
        var first = Digest(1);
        first.Documents.ShouldBeGreaterThan(60_000);
        first.Bytes.ShouldBeInRange(30L << 20, 60L << 20);
        Digest(1).ShouldBe(first);
        Digest(2).Hash.ShouldNotBe(first.Hash);
    }

    [Fact]
    public void Every_document_says_its_own_length_and_ends_with_zero()
    {
        foreach (var document in All(1)) (BitConverter.ToInt32(document), document[^1]).ShouldBe((document.Length, (byte)0));
    }

    [Fact]
    public void Ids_have_every_type_that_an_id_may_have_and_none_twice()
    {
        var ids = OddIds.Mixed(new SeededRandom(1)).ToList();
        ids.Select(id => id.Type).Distinct().Order().ShouldBe(IdTypes.Order());
        // numbers compare by value whatever their type, strings and symbols by text; their bytes are distinct within a type
        ids.Select(id => $"{(id.Type == BsonTypeCode.Symbol ? BsonTypeCode.String : id.Type)}:{Convert.ToHexString(id.Bytes)}").ShouldBeUnique();
    }

    [Fact]
    public void Values_have_every_type()
    {
        byte[] all = [.. IdTypes, BsonTypeCode.Array, BsonTypeCode.Undefined, BsonTypeCode.RegularExpression];
        OddValues.All.Select(v => v.Type).Distinct().Order().ShouldBe(all.Order());
        OddValues.All.Select(v => v.Name).ShouldBeUnique();
    }

    [Fact]
    public void Names_that_need_escaping_are_there_with_one_of_200_bytes()
    {
        OddDatabase.Names.ShouldAllBe(n => !n.Contains('$') && n[0] != '.'); // servers refuse these
        OddDatabase.Names.Select(Encoding.UTF8.GetByteCount).Max().ShouldBe(200);
        new[] { "a/b", "50% off", "ünï cödé", "with space", "name.with.dots" }.ShouldBeSubsetOf(OddDatabase.Names);
    }

    [Fact]
    public void Numbers_follow_xoshiro256_starstar_seeded_by_splitmix64()
    {
        var random = new SeededRandom(0);
        new[] { random.Next(), random.Next() }.ShouldBe([0x99EC5F36CB75F2B4, 0xBF6E1F784956452A]);
    }

    private static IEnumerable<byte[]> All(ulong seed) => new DemoData(seed).Definitions()
        .SelectMany(database => database.Collections.SelectMany(c => c.Documents(SeededRandom.For(seed, $"{database.Name}.{c.Name}"))));

    private static (long Documents, long Bytes, string Hash) Digest(ulong seed)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (documents, bytes) = (0L, 0L);
        foreach (var document in All(seed))
        {
            hash.AppendData(document);
            (documents, bytes) = (documents + 1, bytes + document.Length);
        }
        return (documents, bytes, Convert.ToHexString(hash.GetHashAndReset()));
    }
}
