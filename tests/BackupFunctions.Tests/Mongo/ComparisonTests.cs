using BackupFunctions.Mongo;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Mongo;

public class ComparisonTests
{
    private static readonly List<byte[]> Documents = [.. Enumerable.Range(0, 10).Select(i => Bson.Bytes($"{{_id: {i}}}"))];
    private static readonly HashedSegment[] Segments = [Segment(0, 4), Segment(4, 5), Segment(9, 1)];

    [Fact]
    public async Task Unchanged_documents_are_equal()
    {
        var comparison = await Compare(Documents, Segments);
        comparison.IsEqual.ShouldBeTrue();
        comparison.Documents.ShouldBe(10);
        comparison.Bytes.ShouldBe(Documents.Sum(d => d.Length));
        (await Compare([], [])).IsEqual.ShouldBeTrue();
    }

    [Fact]
    public async Task A_changed_byte_is_found_in_its_segment()
    {
        List<byte[]> changed = [.. Documents[..5], Bson.Bytes("{_id: 5, x: 1}"), .. Documents[6..]];
        (await Compare(changed, Segments)).Mismatches.ShouldBe([new SegmentMismatch(1, 4, 5, 5)]);
    }

    [Fact]
    public async Task Exchanged_documents_are_found() =>
        (await Compare([Documents[1], Documents[0], .. Documents[2..]], Segments)).Mismatches.ShouldBe([new SegmentMismatch(0, 0, 4, 4)]);

    [Fact]
    public async Task Missing_documents_are_found() =>
        (await Compare(Documents[..6], Segments)).Mismatches.ShouldBe([new SegmentMismatch(1, 4, 5, 2), new SegmentMismatch(2, 6, 1, 0)]);

    [Fact]
    public async Task Documents_too_many_are_found() =>
        (await Compare([.. Documents, Bson.Bytes("{_id: 10}")], Segments)).Mismatches.ShouldBe([new SegmentMismatch(3, 10, 0, 1)]);

    [Fact]
    public void Equal_specs_have_no_differences() =>
        SpecComparer.Compare(Bson.Spec(indexes: [Bson.IdIndex, "{v: 2, key: {a: 1}, name: 'a', ns: 'shop.orders'}"]),
            Bson.Spec(indexes: ["{key: {a: 1}, v: 2, name: 'a'}", Bson.IdIndex])).ShouldBeEmpty();

    [Theory]
    [InlineData("{validator: {a: 1}}", "{validator: {a: 1.0}}")]
    [InlineData("{capped: true, size: 1}", "{size: 1, capped: true}")]
    [InlineData("{}", "{collation: {locale: 'simple'}}")]
    public void Options_are_equal_only_byte_for_byte(string expected, string actual) =>
        SpecComparer.Compare(Bson.Spec(options: expected), Bson.Spec(options: actual)).ShouldHaveSingleItem().ShouldStartWith("options of shop.orders are ");

    [Theory]
    [InlineData("{temp: true, validator: {a: 1}}", "{validator: {a: 1}}")]
    [InlineData("{validator: {a: 1}, temp: true}", "{temp: true, validator: {a: 1}}")]
    public void The_mark_of_a_temporary_collection_is_no_difference(string expected, string actual) =>
        SpecComparer.Compare(Bson.Spec(options: expected), Bson.Spec(options: actual)).ShouldBeEmpty();

    [Theory]
    [InlineData("{v: 2, key: {a: 1}, name: 'a'}", "{v: 2, key: {a: 1.0}, name: 'a'}", "index a of shop.orders is {")]
    [InlineData("{v: 2, key: {a: 1, b: 1}, name: 'a'}", "{v: 2, key: {b: 1, a: 1}, name: 'a'}", "index a of shop.orders is {")]
    [InlineData("{v: 2, key: {a: 1}, name: 'a', hidden: true}", "{v: 2, key: {a: 1}, name: 'a'}", "index a of shop.orders is {")]
    [InlineData("{v: 2, key: {a: 1}, name: 'a'}", Bson.IdIndex, "index a of shop.orders is missing")]
    [InlineData(Bson.IdIndex, "{v: 2, key: {a: 1}, name: 'a'}", "index a of shop.orders was not there before")]
    public void Index_differences_are_told(string expected, string actual, string difference) =>
        SpecComparer.Indexes(Bson.Spec(indexes: [Bson.IdIndex, expected]), Bson.Spec(indexes: [Bson.IdIndex, actual])).ShouldHaveSingleItem().ShouldStartWith(difference);

    private static HashedSegment Segment(int first, int count) => new(count, Hash256.Sha256(Documents.Skip(first).Take(count).SelectMany(d => d).ToArray()));

    private static async Task<DocumentComparison> Compare(List<byte[]> documents, IReadOnlyList<HashedSegment> segments)
    {
        await using var source = new StubCursorSource((_, _) => new StubCursor([.. documents.Chunk(3).Select(b => b.Select(d => new RawBsonDocument(d)).ToList())]));
        var batches = RawDocumentReader.Read(
            source, Bson.Spec(), KeyRange.All, TimeProvider.System, NullLogger.Instance, TestContext.Current.CancellationToken);
        return await CollectionHasher.Compare(batches, segments, TestContext.Current.CancellationToken);
    }
}
