using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using CsCheck;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Mongo;

public class RangeSplitterTests
{
    private const long Target = 1000;

    [Fact]
    public async Task A_small_collection_is_one_range_and_not_sampled()
    {
        var sampler = new StubSampler(_ => throw new InvalidOperationException());
        (await Split(sampler, Sized(100, 2 * Target), [])).ShouldBe([KeyRange.All]);
        (await Split(sampler, Sized(100, Target / 2), [Bson.Id(5)])).ShouldBe([KeyRange.All]);
    }

    [Theory]
    [InlineData("{capped: true, size: 1}")]
    [InlineData("{collation: {locale: 'de'}}")]
    public async Task A_collection_that_must_not_be_split_is_one_range(string options)
    {
        var sampler = new StubSampler(_ => throw new InvalidOperationException());
        var spec = Bson.Spec(options: options) with { Documents = 1000, Bytes = 100 * Target };
        (await Split(sampler, spec, [Bson.Id(5)])).ShouldBe([KeyRange.All]);
    }

    [Fact]
    public async Task Ranges_are_of_about_the_same_size_the_first_time()
    {
        var ranges = await Split(Uniform(10_000), Sized(10_000, 10 * Target), []);
        ranges.Count.ShouldBe(10);
        foreach (var range in ranges) Count(range, 10_000).ShouldBeInRange(800, 1200);
    }

    [Fact]
    public async Task Split_points_of_the_last_backup_stay()
    {
        var first = await Split(Uniform(10_000), Sized(10_000, 10 * Target), []);
        var points = first.Skip(1).Select(r => r.Min!).ToList();
        var second = await Split(Uniform(11_000), Sized(11_000, 11 * Target), points);
        second.Skip(1).Select(r => r.Min!.ToString()).ShouldBe(points.Select(p => p.ToString()));
    }

    [Fact]
    public async Task A_range_that_has_grown_is_split_and_the_others_stay()
    {
        var points = Enumerable.Range(1, 9).Select(i => Bson.Id(i * 1000)).ToList();
        var ranges = await Split(Uniform(14_000), Sized(14_000, 14 * Target), points);
        ranges.Count.ShouldBe(14);
        ranges.Select(r => r.Min).Take(10).Skip(1).Select(r => r!.ToString()).ShouldBe(points.Select(p => p.ToString()));
        ranges[9].Max.ShouldNotBeNull();
    }

    [Fact]
    public async Task Points_between_ranges_that_have_become_almost_empty_go()
    {
        // documents 0..7999 are gone
        var sampler = new StubSampler(count => Evenly(8000, 10_000, count));
        var points = Enumerable.Range(1, 9).Select(i => Bson.Id(i * 1000)).ToList();
        var ranges = await Split(sampler, Sized(2000, 2 * Target), points);
        ranges.Skip(1).Select(r => r.Min!["_id"].AsInt32).ShouldBe([8000, 9000]);
    }

    [Fact]
    public async Task Mixed_id_types_are_split_in_index_order()
    {
        BsonValue[] ids = [BsonMinKey.Value, BsonNull.Value, double.NaN, 1, 2L, 3.5, Decimal128.Parse("4"), "a", BsonSymbol.Create("b"), new BsonDocument("x", 1),
            new BsonBinaryData([1]), ObjectId.Parse("0123456789abcdef01234567"), false, true, new BsonDateTime(3), new BsonTimestamp(1, 1), BsonMaxKey.Value];
        var sampler = new StubSampler(_ => [.. ids.Reverse().Select(Bson.Id)]);
        var ranges = await Split(sampler, Sized(ids.Length, 17 * Target), []);
        ranges.Count.ShouldBe(17);
        Covers(ranges);
        foreach (var id in ids) ranges.Count(r => Contains(r, Bson.Id(id))).ShouldBe(1, id.ToString());
    }

    [Fact]
    public async Task Any_points_and_samples_give_ranges_that_cover_everything_once() =>
        await Gen.Select(Gen.Int[0, 50].Array[0, 20], Gen.Int[0, 50].Array[0, 200], Gen.Int[1, 60]).SampleAsync(async (points, samples, size) =>
        {
            var sampler = new StubSampler(_ => [.. samples.Select(s => Bson.Id(s))]);
            var ranges = await Split(sampler, Sized(1000, size * Target), [.. points.Select(p => Bson.Id(p))]);
            Covers(ranges);
            for (var id = -1; id < 52; id++) ranges.Count(r => Contains(r, Bson.Id(id))).ShouldBe(1);
        });

    [Theory]
    [InlineData(0, 256L << 20)]
    [InlineData(100L << 30, 256L << 20)]
    [InlineData(10L << 40, 10L << 30)]
    public void The_target_grows_when_there_would_be_over_1024_ranges(long bytes, long target) => RangeSplitter.TargetBytes(bytes).ShouldBe(target);

    private static Task<IReadOnlyList<KeyRange>> Split(IIdSampler sampler, CollectionSpec spec, IReadOnlyList<RawBsonDocument> previous) =>
        new RangeSplitter(sampler).Split(spec, previous, Target, CancellationToken.None);

    private static CollectionSpec Sized(long documents, long bytes) => Bson.Spec() with { Documents = documents, Bytes = bytes };

    private static StubSampler Uniform(int documents) => new(count => Evenly(0, documents, count));

    private static List<RawBsonDocument> Evenly(int from, int to, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Bson.Id(from + (int)((long)(to - from) * i / count)))];

    private static int Count(KeyRange range, int documents) => Enumerable.Range(0, documents).Count(i => Contains(range, Bson.Id(i)));

    private static bool Contains(KeyRange range, RawBsonDocument id) =>
        (range.Min is null || BsonOrder.Instance.Compare(range.Min, id) <= 0) && (range.Max is null || BsonOrder.Instance.Compare(id, range.Max) < 0);

    private static void Covers(IReadOnlyList<KeyRange> ranges)
    {
        ranges[0].Min.ShouldBeNull();
        ranges[^1].Max.ShouldBeNull();
        for (var i = 1; i < ranges.Count; i++)
        {
            ranges[i].Min.ShouldBe(ranges[i - 1].Max);
            if (i > 1) BsonOrder.Instance.Compare(ranges[i - 1].Min, ranges[i].Min).ShouldBeLessThan(0);
        }
    }

    private sealed class StubSampler(Func<int, IReadOnlyList<RawBsonDocument>> sample) : IIdSampler
    {
        public Task<IReadOnlyList<RawBsonDocument>> Sample(Namespace ns, int count, CancellationToken cancellationToken) => Task.FromResult(sample(count));
    }
}
