using BackupFunctions.Ipfs;

namespace BackupFunctions.Tests.Ipfs;

public sealed class BlockReaderTests
{
    private static readonly Block s_block = TestDag.Raw(1, 2, 3);
    private readonly MemoryNode _first = new("first"), _second = new("second");
    private readonly List<BlockFault> _faults = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private BlockReader Reader => new([_first, _second], _faults.Add);

    [Fact]
    public async Task The_first_node_that_holds_the_block_is_enough()
    {
        _first.Add(s_block);
        (await Reader.Read(s_block.Cid, Cancellation)).ShouldBe([1, 2, 3]);
        _second.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_absent_block_is_read_from_the_next_node()
    {
        _second.Add(s_block);
        (await Reader.Read(s_block.Cid, Cancellation)).ShouldBe([1, 2, 3]);
        _faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Wrong_bytes_are_reported_and_read_from_the_next_node()
    {
        _first.Held[s_block.Cid] = [1, 2, 4];
        _second.Add(s_block);
        (await Reader.Read(s_block.Cid, Cancellation)).ShouldBe([1, 2, 3]);
        var fault = _faults.ShouldHaveSingleItem();
        fault.Node.ShouldBe(_first);
        fault.Cid.ShouldBe(s_block.Cid);
        fault.Problem.ShouldContain("wrong bytes");
    }

    [Fact]
    public async Task A_node_that_failed_is_asked_last_from_then_on()
    {
        _first.Failure = () => new BackupException(ErrorKind.Failed, "connection refused");
        _second.Add(s_block);
        var reader = Reader;
        for (var i = 0; i < 5; i++) await reader.Read(s_block.Cid, Cancellation);
        _first.Asked.Count.ShouldBe(1);
        _first.Failure = null;
        _first.Add(TestDag.Raw(9));
        (await reader.Read(TestDag.Raw(9).Cid, Cancellation)).ShouldBe([9]);
    }

    [Fact]
    public async Task A_node_that_knows_its_copy_is_damaged_makes_the_block_corrupt_not_unreachable()
    {
        _first.Failure = () => BackupException.Corrupt("not found, and there are damaged packs");
        var e = await Should.ThrowAsync<BackupException>(() => Reader.Read(s_block.Cid, Cancellation));
        e.Kind.ShouldBe(ErrorKind.Corrupt);
    }

    [Fact]
    public async Task A_block_that_nobody_holds_is_not_found()
    {
        var e = await Should.ThrowAsync<BackupException>(() => Reader.Read(s_block.Cid, Cancellation));
        e.Kind.ShouldBe(ErrorKind.NotFound);
        e.Message.ShouldContain("first: not held; second: not held");
    }

    [Fact]
    public async Task A_node_that_cannot_be_asked_is_a_failure_not_an_absence()
    {
        _first.Failure = () => new HttpRequestException("connection refused");
        var e = await Should.ThrowAsync<BackupException>(() => Reader.Read(s_block.Cid, Cancellation));
        e.Kind.ShouldBe(ErrorKind.Failed);
        e.Message.ShouldContain("first: connection refused; second: not held");
        e.InnerException.ShouldBeOfType<HttpRequestException>();
    }

    [Fact]
    public async Task Wrong_bytes_and_nothing_better_is_corrupt()
    {
        _first.Held[s_block.Cid] = [];
        _second.Failure = () => new TimeoutException("too slow");
        var e = await Should.ThrowAsync<BackupException>(() => Reader.Read(s_block.Cid, Cancellation));
        e.Kind.ShouldBe(ErrorKind.Corrupt);
        e.Message.ShouldContain("too slow");
    }

    [Fact]
    public async Task A_block_over_the_limit_is_wrong_even_when_its_hash_is_right()
    {
        var large = TestDag.Raw(new byte[BlockReader.MaxBlockSize + 1]);
        _first.Add(large);
        (await Should.ThrowAsync<BackupException>(() => Reader.Read(large.Cid, Cancellation))).Kind.ShouldBe(ErrorKind.Corrupt);
    }

    [Fact]
    public async Task A_cancelled_read_is_cancelled_and_asks_no_other_node()
    {
        await Should.ThrowAsync<OperationCanceledException>(() => Reader.Read(s_block.Cid, new CancellationToken(canceled: true)));
        _second.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_node_that_gives_up_by_itself_is_a_failure()
    {
        _first.Failure = () => new TaskCanceledException("timeout");
        _second.Add(s_block);
        (await Reader.Read(s_block.Cid, Cancellation)).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void No_node_is_refused() => Should.Throw<ArgumentException>(() => new BlockReader([]));
}
