using System.Globalization;
using BackupFunctions.Ipfs;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.Tests.Ipfs.Kubo;

/// <summary>Pins: progress, stalls, deadlines, names, and the two bases of CIDs.</summary>
public sealed class PinTests
{
    // the same CID in both bases: an empty block
    private const string Base32 = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", Base58 = "zb2rhmy65F3REf8SZp7De11gxtECBGgUKaLdiDj7MCGCHxbDW";
    private const string KuboVersion = """{"Version":"0.44.0","Commit":"","Repo":"18","System":"amd64/linux","Golang":"go1.26"}""";
    private const string JsVersion = """{"Version":"0.18.1","Commit":"","Repo":"12","ipfs-core":"0.18.1","interface-ipfs-core":"^0.158.1","ipfs-http-client":"^60.0.1"}""";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static readonly Cid Root = Cid.Parse(Base32);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ticks_and_progress_lead_to_the_line_with_Pins()
    {
        await using var server = ScriptedServer.For("pin/add", e => e.Chunked($"{{}}\n{{}}\n{{\"Progress\":2,\"Bytes\":1048735}}\n{{\"Progress\":4,\"Bytes\":3145887}}\n{{\"Pins\":[\"{Base58}\"]}}\n"));
        using var node = server.Open();
        await node.Pin(Root, "50% + ü", Cancellation);
        var query = server.Asked.Single(e => e.Command == "pin/add").Query;
        query.ShouldContain($"arg={Base32}");
        query.ShouldContain("name=50%25%20%2B%20%C3%BC");
        query.ShouldContain("progress=true");
        query.ShouldContain("timeout=");
    }

    [Fact]
    public async Task A_stream_of_ticks_without_Pins_is_no_success()
    {
        await using var server = ScriptedServer.For("pin/add", e => e.Chunked("{}\n{\"Progress\":2}\n"));
        using var node = server.Open();
        (await Should.ThrowAsync<BackupException>(() => node.Pin(Root, "x", Cancellation))).Message.ShouldContain("without saying that the root is pinned");
    }

    [Fact]
    public async Task Pins_of_another_root_are_no_success()
    {
        await using var server = ScriptedServer.For("pin/add", e => e.Chunked("{\"Pins\":[\"bafkreibnoelefnzgwbcacyt4vh52ymxvzbjq7mmqhtcnwarfq4lzegsiqe\"]}\n"));
        using var node = server.Open();
        (await Should.ThrowAsync<BackupException>(() => node.Pin(Root, "x", Cancellation))).Message.ShouldContain("without saying");
    }

    [Fact]
    public async Task A_deadline_in_the_trailer_of_a_200_means_a_missing_block()
    {
        await using var server = ScriptedServer.For("pin/add", e => e.Chunked("{}\n{}\n{}\n", "context deadline exceeded"));
        using var node = server.Open();
        var e = await Should.ThrowAsync<BackupException>(() => node.Pin(Root, "x", Cancellation));
        e.Kind.ShouldBe(ErrorKind.NotFound);
        e.Message.ShouldContain("context deadline exceeded");
    }

    [Fact]
    public async Task A_deadline_of_js_ipfs_means_a_missing_block_and_comes_before_ours()
    {
        await using var server = new ScriptedServer(new()
        {
            ["version"] = e => e.Json(JsVersion),
            ["pin/add"] = e => e.Json("""{"Message":"Failed to add pin: request timed out","Code":0,"Type":"error"}""", 500),
        });
        using var node = server.Open();
        (await Should.ThrowAsync<BackupException>(() => node.Pin(Root, "x", Cancellation))).Kind.ShouldBe(ErrorKind.NotFound);
        server.Asked.Single(e => e.Command == "pin/add").Query.ShouldContain("timeout=60000ms");
    }

    [Fact]
    public async Task Progress_that_stands_still_means_a_missing_block_however_many_lines_come()
    {
        var ticks = new Ticks("{\"Progress\":2,\"Bytes\":1048735}");
        await using var server = ScriptedServer.For("pin/add", ticks.Send);
        var time = new FakeTimeProvider();
        using var node = server.Open(time);
        var pin = node.Pin(Root, "x", Cancellation);
        await ticks.WereRead;
        time.Advance(TimeSpan.FromSeconds(61));
        var e = await Should.ThrowAsync<BackupException>(() => pin.WaitAsync(Soon, Cancellation));
        e.Kind.ShouldBe(ErrorKind.NotFound);
        e.Message.ShouldContain("no block came any more");
    }

    [Theory]
    [InlineData(true, ErrorKind.Failed)]
    [InlineData(false, ErrorKind.NotFound)]
    public async Task Ticks_alone_mean_a_missing_root_or_a_node_that_is_busy(bool rootIsHeld, ErrorKind kind)
    {
        var ticks = new Ticks("{}");
        await using var server = new ScriptedServer(new()
        {
            ["pin/add"] = ticks.Send,
            ["block/stat"] = e => rootIsHeld ? e.Json($"{{\"Key\":\"{Base32}\",\"Size\":0}}") : e.Json("""{"Message":"block was not found locally (offline): ipld: could not find bafk","Code":0,"Type":"error"}""", 500),
        });
        var time = new FakeTimeProvider();
        using var node = server.Open(time);
        var pin = node.Pin(Root, "x", Cancellation);
        await ticks.WereRead;
        time.Advance(TimeSpan.FromSeconds(61));
        (await Should.ThrowAsync<BackupException>(() => pin.WaitAsync(Soon, Cancellation))).Kind.ShouldBe(kind);
        server.Commands.ShouldContain("block/stat");
    }

    [Fact]
    public async Task A_pin_that_moves_may_take_hours()
    {
        var time = new WatchedTime();
        await using var server = ScriptedServer.For("pin/add", async e =>
        {
            await e.StartChunks();
            for (var i = 1; i <= 100; i++)
            {
                var before = time.TimersSet;
                await e.Chunk(string.Create(CultureInfo.InvariantCulture, $"{{\"Progress\":{i}}}\n"));
                for (var turns = 0; time.TimersSet == before && turns < 5000; turns++) await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, Cancellation);
                time.Advance(TimeSpan.FromSeconds(50));
            }
            await e.Chunk($"{{\"Pins\":[\"{Base32}\"]}}\n");
            await e.Raw("0\r\n\r\n");
        });
        using var node = server.Open(time);
        await node.Pin(Root, "x", Cancellation);
    }

    [Fact]
    public async Task A_pinned_root_is_never_pinned_again()
    {
        await using var server = ScriptedServer.For("pin/ls", e => e.Json($"{{\"Keys\":{{\"{Base58}\":{{\"Type\":\"recursive\",\"Name\":\"first\"}}}}}}"));
        using var node = server.Open();
        await node.Pin(Root, "second", Cancellation);
        server.Commands.ShouldNotContain("pin/add");
    }

    [Theory]
    [InlineData("{}", false)]
    [InlineData("""{"Keys":{}}""", false)]
    [InlineData("""{"Keys":{"zb2rhmy65F3REf8SZp7De11gxtECBGgUKaLdiDj7MCGCHxbDW":{"Type":"recursive"}}}""", true)]
    [InlineData("""{"Keys":{"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku":{"Type":"recursive","Name":""}}}""", true)]
    [InlineData("""{"Keys":{"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku":{"Type":"indirect through bafybeiazo3"}}}""", false)]
    [InlineData("""{"Keys":{"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku":{"Type":"direct"}}}""", false)]
    public async Task Only_a_recursive_pin_of_the_root_itself_counts(string answer, bool pinned)
    {
        await using var server = ScriptedServer.For("pin/ls", e => e.Json(answer));
        using var node = server.Open();
        (await node.IsPinned(Root, Cancellation)).ShouldBe(pinned);
    }

    [Fact]
    public async Task Pins_are_listed_in_both_bases_with_and_without_names_and_foreign_ones_left_out()
    {
        await using var server = ScriptedServer.For("pin/ls", e => e.Chunked(
            $"{{\"Cid\":\"{Base58}\",\"Type\":\"recursive\"}}\n{{\"Cid\":\"bafkreibnoelefnzgwbcacyt4vh52ymxvzbjq7mmqhtcnwarfq4lzegsiqe\",\"Name\":\"snap-1\",\"Type\":\"recursive\"}}\n" +
            "{\"Cid\":\"QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG\",\"Type\":\"recursive\"}\n"));
        using var node = server.Open();
        (await node.Pins(Cancellation).ToListAsync(Cancellation)).ShouldBe([new(Root, ""), new(Cid.Parse("bafkreibnoelefnzgwbcacyt4vh52ymxvzbjq7mmqhtcnwarfq4lzegsiqe"), "snap-1")]);
    }

    [Fact]
    public async Task No_pins_are_an_empty_body()
    {
        await using var server = ScriptedServer.For("pin/ls", e => e.Chunked("\n"));
        using var node = server.Open();
        (await node.Pins(Cancellation).ToListAsync(Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_software_is_asked_for_once()
    {
        await using var server = new ScriptedServer(new()
        {
            ["version"] = e => e.Json(KuboVersion),
            ["id"] = e => e.Json("""{"ID":"12D3KooW","PublicKey":"CAES","Addresses":[],"AgentVersion":"kubo/0.44.0","Protocols":[]}"""),
        });
        using var node = server.Open();
        for (var i = 0; i < 3; i++) (await node.Identify(Cancellation)).ShouldBe(new("12D3KooW", "kubo 0.44.0"));
        server.Commands.Count(c => c == "version").ShouldBe(1);
    }

    [Fact]
    public async Task A_name_over_255_bytes_is_refused_before_anything_is_asked()
    {
        await using var server = new ScriptedServer([]);
        using var node = server.Open();
        await Should.ThrowAsync<ArgumentException>(() => node.Pin(Root, new string('ü', 128), Cancellation));
        server.Asked.ShouldBeEmpty();
    }

    /// <summary>A line again and again; so many that some must have been read, because no more fits into the buffers of a connection.</summary>
    private sealed class Ticks(string line)
    {
        private const int LineLength = 256 * 1024, Enough = 96;
        private readonly TaskCompletionSource _read = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task WereRead => _read.Task.WaitAsync(Soon, Cancellation);

        public async Task Send(Exchange exchange)
        {
            await exchange.StartChunks();
            for (var i = 0; i < Enough; i++) await exchange.Chunk(line + new string(' ', LineLength) + "\n");
            _read.SetResult();
            while (true)
            {
                await exchange.Chunk(line + "\n");
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancellation);
            }
        }
    }

    /// <summary>Counts how often a timer is set anew.</summary>
    private sealed class WatchedTime : FakeTimeProvider
    {
        private int _timersSet;

        public int TimersSet => Volatile.Read(ref _timersSet);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Watched(this, base.CreateTimer(callback, state, dueTime, period));

        private sealed class Watched(WatchedTime time, ITimer inner) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                var changed = inner.Change(dueTime, period);
                Interlocked.Increment(ref time._timersSet);
                return changed;
            }

            public void Dispose() => inner.Dispose();

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
