using System.Net;
using BackupFunctions.Mongo;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Clusters;
using MongoDB.Driver.Core.Connections;
using MongoDB.Driver.Core.Servers;

namespace BackupFunctions.Tests.Mongo;

public class OplogReaderTests
{
    private readonly StubOplog _oplog = new StubOplog().Write(100, 10);

    [Fact]
    public async Task Everything_behind_the_mark_comes_in_order_with_its_bytes()
    {
        var (read, through, more) = await Read(_oplog.Mark(2));
        read.ShouldBe(Bytes(3..));
        (through, more).ShouldBe((_oplog.Mark(9), false));
    }

    [Fact]
    public async Task A_read_that_has_nothing_new_still_requires_the_identical_entry()
    {
        var (read, through, _) = await Read(_oplog.Mark(9));
        read.ShouldBeEmpty();
        through.ShouldBe(_oplog.Mark(9));
        var last = _oplog.Mark(9);
        _oplog.RollBack(1);
        _oplog.Write(109, 1, term: 2);
        (await Gap(last)).ShouldBe(new(last, OplogGapReason.RolledBack, new(100, 1, 1)));
    }

    [Fact]
    public async Task The_upper_bound_is_the_majority_committed_optime()
    {
        _oplog.Committed = 6;
        var (read, through, _) = await Read(_oplog.Mark(0));
        read.ShouldBe(Bytes(1..6));
        through.ShouldBe(_oplog.Mark(5));
    }

    [Fact]
    public async Task What_is_committed_after_the_bound_was_asked_belongs_to_the_next_slice()
    {
        _oplog.Committed = 4;
        _oplog.BeforeOpen = () => _oplog.Committed = null;
        var bound = _oplog.Mark(3);
        var (read, through, _) = await Read(_oplog.Mark(0));
        read.ShouldBe(Bytes(1..4));
        through.ShouldBe(bound);
    }

    [Fact]
    public async Task An_oplog_that_begins_later_rolled_over()
    {
        var mark = _oplog.Mark(1);
        _oplog.RollOver(4);
        var gap = await Gap(mark);
        gap.ShouldBe(new(mark, OplogGapReason.RolledOver, new(104, 1, 1)));
        gap.ToString().ShouldBe("the oplog begins at 104:1, behind entry 101:1: it rolled over");
    }

    [Fact]
    public async Task Another_entry_in_its_place_was_rolled_back()
    {
        var mark = _oplog.Mark(8);
        _oplog.RollBack(3);
        _oplog.Write(107, 5, term: 2);
        (await Gap(mark)).Reason.ShouldBe(OplogGapReason.RolledBack);
    }

    [Fact]
    public async Task An_entry_with_the_same_optime_and_other_bytes_is_not_the_identical_one()
    {
        var mark = _oplog.Mark(9);
        _oplog.RollBack(1);
        _oplog.Write(StubOplog.Entry(109, o: "{_id: 2}"));
        (await Gap(mark)).Reason.ShouldBe(OplogGapReason.RolledBack);
    }

    [Fact]
    public async Task An_entry_whose_place_is_empty_was_rolled_back()
    {
        var mark = _oplog.Mark(6);
        _oplog.RollBack(5);
        _oplog.Write(120, 3, term: 2);
        (await Gap(mark)).Reason.ShouldBe(OplogGapReason.RolledBack);
        _oplog.RollBack(3);
        (await Gap(mark)).Reason.ShouldBe(OplogGapReason.RolledBack);
    }

    [Fact]
    public async Task A_member_that_lags_behind_the_mark_is_waited_for_and_is_no_gap()
    {
        _oplog.Replicated = 3;
        var opened = 0;
        _oplog.BeforeBatch = _ => _oplog.Replicated = ++opened < 5 ? 3 : null;
        (await Read(_oplog.Mark(6))).Read.ShouldBe(Bytes(7..));
    }

    [Fact]
    public async Task A_secondary_that_lags_behind_for_long_is_left_for_the_primary()
    {
        _oplog.Replicated = 3;
        (await Read(_oplog.Mark(6))).Read.ShouldBe(Bytes(7..));
        (await Read(_oplog.Mark(1))).Read.ShouldBe(Bytes(2..));
    }

    [Fact]
    public async Task Members_that_never_get_there_fail_the_read_and_are_no_gap()
    {
        (_oplog.Replicated, _oplog.PrimaryLags) = (3, true);
        var error = await Should.ThrowAsync<BackupException>(() => Read(_oplog.Mark(6)));
        error.Kind.ShouldBe(ErrorKind.Failed);
        error.Message.ShouldContain("no member gets beyond 106:1, the majority is at 109:1");
        _oplog.Opened.ShouldBe(OplogReader.MostIdlePolls + 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_lost_cursor_goes_on_where_it_was_without_losing_or_repeating_an_entry(int after)
    {
        _oplog.BeforeBatch = batch =>
        {
            if (batch == after) throw new IOException("connection reset");
        };
        (await Read(_oplog.Mark(0))).Read.ShouldBe(Bytes(1..));
    }

    [Fact]
    public async Task An_oplog_that_rolls_over_under_the_reader_is_a_gap()
    {
        _oplog.BeforeBatch = batch =>
        {
            if (batch != 1) return;
            _oplog.RollOver(8);
            throw Lost();
        };
        var gap = await Gap(_oplog.Mark(0));
        (gap.Reason, gap.Missing.Optime.Seconds).ShouldBe((OplogGapReason.RolledOver, 102u));
    }

    [Fact]
    public async Task A_rollback_while_it_is_read_is_seen_when_the_end_is_looked_up_again()
    {
        _oplog.BeforeBatch = batch =>
        {
            if (batch != 2) return; // the last one is under way
            _oplog.RollBack(2);
            _oplog.Write(108, 4, term: 2);
        };
        _oplog.BatchSize = 4;
        var gap = await Gap(_oplog.Mark(0));
        (gap.Reason, gap.Missing.Optime.Seconds).ShouldBe((OplogGapReason.RolledBack, 109u));
    }

    [Fact]
    public async Task Another_rollback_id_after_copying_looks_the_end_up_once_more()
    {
        var opened = 0;
        _oplog.BeforeBatch = _ => opened = _oplog.Opened;
        _oplog.BeforeCommitPoint = () => _oplog.Rbid = 2;
        (await Read(_oplog.Mark(0))).Read.ShouldBe(Bytes(1..));
        opened.ShouldBe(3); // the read, and two look-ups
    }

    [Fact]
    public async Task A_server_that_does_not_tell_its_rollback_id_is_read_all_the_same()
    {
        _oplog.Rbid = null;
        (await Read(_oplog.Mark(0))).Read.ShouldBe(Bytes(1..));
    }

    [Fact]
    public async Task A_limit_of_bytes_closes_behind_the_entry_that_reaches_it_once_the_next_is_seen()
    {
        var one = _oplog.Entries[0].ToBson().Length;
        var (read, through, more) = await Read(_oplog.Mark(0), new(MaxBytes: (3 * one) - 1));
        read.ShouldBe(Bytes(1..4));
        (through, more).ShouldBe((_oplog.Mark(3), true));
        (await Read(_oplog.Mark(6), new(MaxBytes: 3 * one))).More.ShouldBeFalse();
    }

    [Fact]
    public async Task A_read_may_end_at_a_known_entry_which_must_be_there()
    {
        var stop = _oplog.Mark(5);
        (await Read(_oplog.Mark(2), new(StopAt: stop))).Through.ShouldBe(stop);
        var other = stop with { Sha256 = Hash256.Sha256([1]) };
        (await Gap(_oplog.Mark(2), new(StopAt: other))).ShouldBe(new(other, OplogGapReason.RolledBack, null));
    }

    [Fact]
    public async Task A_read_ends_before_what_no_replay_can_pass()
    {
        _oplog.Write(StubOplog.Entry(200, op: "c", ns: "shop.$cmd", o: "{frobnicate: 'a'}")).Write(201, 2);
        var (reader, read) = await ReadAll(_oplog.Mark(7), new(), new ImmediateTime());
        read.ShouldBe(Bytes(8..10));
        (reader.Through, reader.More, reader.Barrier).ShouldBe((_oplog.Mark(9), false, "shop was changed by frobnicate, which this version does not know"));

        (reader, read) = await ReadAll(_oplog.Mark(9), new(StopAt: _oplog.Mark(12)), new ImmediateTime());
        read.ShouldBeEmpty();
        (reader.Through, reader.Barrier is null).ShouldBe((_oplog.Mark(9), false));

        // behind it the chain of another full backup goes on
        (reader, read) = await ReadAll(_oplog.Mark(10), new(), new ImmediateTime());
        read.ShouldBe(Bytes(11..13));
        reader.Barrier.ShouldBeNull();
    }

    [Fact]
    public async Task While_it_waits_it_reads_what_is_written()
    {
        var asked = 0;
        _oplog.BeforeCommitPoint = () =>
        {
            if (++asked is > 1 and < 4) _oplog.Write(200 + (10 * (uint)asked), 2);
        };
        // until the wait is over by the clock of this machine: at least the writes of three rounds
        var (read, through, _) = await Read(_oplog.Mark(9), new(Wait: TimeSpan.FromMilliseconds(200)), () => asked >= 4);
        read.ShouldBe(Bytes(10..14));
        through.ShouldBe(_oplog.Mark(13));
    }

    [Fact]
    public async Task Entries_out_of_order_are_refused()
    {
        _oplog.Write(StubOplog.Entry(105, increment: 2)).Write(200, 1);
        (await Should.ThrowAsync<BackupException>(() => Read(_oplog.Mark(0)))).Kind.ShouldBe(ErrorKind.Corrupt);
    }

    private static MongoCommandException Lost()
    {
        var connection = new ConnectionId(new ServerId(new ClusterId(), new DnsEndPoint("localhost", 1)));
        return new(connection, "CappedPositionLost", new BsonDocument(), new BsonDocument("code", 136));
    }

    private List<byte[]> Bytes(Range range) => [.. _oplog.Entries.Take(range).Select(e => e.ToBson())];

    private async Task<(List<byte[]> Read, OplogMark Through, bool More)> Read(OplogMark after, OplogLimits? limits = null, Func<bool>? waited = null)
    {
        var (reader, read) = await ReadAll(after, limits ?? new(), waited is null ? new ImmediateTime() : new UntilTime(waited));
        return (read, reader.Through, reader.More);
    }

    private async Task<(OplogReader Reader, List<byte[]> Read)> ReadAll(OplogMark after, OplogLimits limits, TimeProvider time)
    {
        var reader = new OplogReader(_oplog, after, limits, time, NullLogger.Instance, new OplogBarriers(NamespaceFilter.Everything()).Find);
        var read = new List<byte[]>();
        await foreach (var group in reader.Read(TestContext.Current.CancellationToken)) read.AddRange(group.Select(e => e.Raw.ToArray()));
        return (reader, read);
    }

    private async Task<OplogGap> Gap(OplogMark after, OplogLimits? limits = null) => (await Should.ThrowAsync<OplogGapException>(() => Read(after, limits))).Gap;

    /// <summary>A clock that stands until it is told that enough has happened; pauses take no time.</summary>
    private sealed class UntilTime(Func<bool> over) : TimeProvider
    {
        public override long GetTimestamp() => over() ? TimestampFrequency * 1000 : 0;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : TimeSpan.Zero, period);
    }
}
