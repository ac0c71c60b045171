using BackupFunctions.Ambient;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Replication;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.Tests.Ipfs.Replication;

public class RateLimitedStreamTests
{
    private static readonly TimeSpan Tenth = TimeSpan.FromMilliseconds(100);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Bytes_come_when_the_rate_lets_them_and_not_before()
    {
        var content = Enumerable.Range(0, 25).Select(i => (byte)i).ToArray();
        await using var stream = Limited(content, new RateLimit(100, _time));
        var received = new List<byte>();
        foreach (var (portion, milliseconds) in new[] { (10, 100), (10, 100), (5, 50) })
        {
            var buffer = new byte[64];
            var read = Read(stream, buffer);
            _time.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
            read.IsCompleted.ShouldBeFalse();
            _time.Advance(TimeSpan.FromMilliseconds(1));
            (await read).ShouldBe(portion);
            received.AddRange(buffer[..portion]);
        }
        received.ShouldBe(content);
        (await Read(stream, new byte[64])).ShouldBe(0);
    }

    [Fact]
    public async Task Streams_that_share_a_limit_share_its_bytes()
    {
        var limit = new RateLimit(100, _time);
        await using var one = Limited(new byte[10], limit);
        await using var two = Limited(new byte[10], limit);
        var (first, second) = (Read(one, new byte[64]), Read(two, new byte[64]));
        _time.Advance(Tenth);
        (await first).ShouldBe(10);
        second.IsCompleted.ShouldBeFalse();
        _time.Advance(Tenth);
        (await second).ShouldBe(10);
    }

    [Fact]
    public async Task An_idle_hour_is_caught_up_with_for_a_tenth_of_a_second_only()
    {
        await using var stream = Limited(new byte[20], new RateLimit(100, _time));
        _time.Advance(TimeSpan.FromHours(1));
        (await Read(stream, new byte[64])).ShouldBe(10);
        var next = Read(stream, new byte[64]);
        next.IsCompleted.ShouldBeFalse();
        _time.Advance(Tenth);
        (await next).ShouldBe(10);
    }

    [Fact]
    public async Task Waiting_ends_when_it_is_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        await using var stream = Limited(new byte[10], new RateLimit(100, _time));
        var read = stream.ReadAsync(new byte[64], cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => read);
    }

    [Theory]
    [InlineData(1_000, 100)]
    [InlineData(5_000_000, 500_000)]
    [InlineData(1_000_000_000_000, 1024 * 1024)]
    public async Task A_portion_is_a_tenth_of_a_second_and_at_most_a_mebibyte(long bytesPerSecond, int portion)
    {
        await using var stream = Limited(new byte[2_000_000], new RateLimit(bytesPerSecond, _time));
        var read = Read(stream, new byte[2_000_000]);
        _time.Advance(Tenth);
        (await read).ShouldBe(portion);
    }

    [Fact]
    public async Task Disposing_it_disposes_what_it_reads()
    {
        var inner = new MemoryStream();
        await new RateLimitedStream(inner, new RateLimit(100, _time)).DisposeAsync();
        inner.CanRead.ShouldBeFalse();
    }

    [Fact]
    public async Task A_vault_imports_through_it()
    {
        using var temporary = new TemporaryDirectory();
        var node = VaultNode.Open("node", temporary.File("vault"), new DiskFiles(), new SystemRandomSource());
        var block = TestDag.Raw(TestDag.Content(100_000));
        await using var car = new RateLimitedStream(TestDag.Car(block), new RateLimit(1_000_000_000, TimeProvider.System));
        (await node.Import(car, TestContext.Current.CancellationToken)).Blocks.ShouldBe(1);
        (await node.Get(block.Cid, TestContext.Current.CancellationToken)).ShouldBe(block.Data.ToArray());
    }

    private static RateLimitedStream Limited(byte[] content, RateLimit limit) => new(new MemoryStream(content), limit);

    private static Task<int> Read(Stream stream, byte[] buffer) => stream.ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask();
}
