using System.Text;
using BackupFunctions.Ambient;
using BackupFunctions.Ipfs;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.Tests.Ipfs.Kubo;

/// <summary>What goes over the wire in an import, and what may happen meanwhile.</summary>
public sealed class UploadTests
{
    private static readonly Block SomeBlock = TestDag.Raw(1, 2, 3);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_body_is_one_part_with_a_quoted_name_a_type_and_a_CAR()
    {
        await using var server = ScriptedServer.For("dag/import", Stored);
        using var node = server.Open();
        (await node.Import(TestDag.Car(SomeBlock, SomeBlock), Cancellation)).ShouldBe(new(2, 6));

        var exchange = server.Asked.Single();
        exchange.Head.ShouldContain("Expect: 100-continue");
        exchange.Query.ShouldContain("pin-roots=false");
        var body = exchange.Body.ShouldNotBeNull();
        var end = body.AsSpan().IndexOf("\r\n\r\n"u8);
        var head = Encoding.ASCII.GetString(body, 0, end);
        head.ShouldContain("filename=\"blocks.car\"");
        head.ShouldNotContain("filename*");
        head.ShouldContain("Content-Type: ");
        var boundary = head.Split("\r\n")[0];
        exchange.Head.ShouldContain($"boundary=\"{boundary[2..]}\"");
        var tail = Encoding.ASCII.GetBytes($"\r\n{boundary}--\r\n");
        body.AsSpan().EndsWith(tail).ShouldBeTrue();
        body[(end + 4)..^tail.Length].ShouldBe(TestDag.Car(SomeBlock, SomeBlock).ToArray());
    }

    [Theory]
    [InlineData("""{"Message":"import failed: no space left on device","Code":0,"Type":"error"}""", "no space left on device", "StorageMax")]
    [InlineData("""{"statusCode":400,"error":"Bad Request","message":"Unexpected end of multipart data"}""", "Unexpected end of multipart data", "log")]
    public async Task An_answer_before_the_body_is_read_is_told_and_not_the_broken_connection(string answer, string expected, string hint)
    {
        await using var server = ScriptedServer.For("dag/import", async e =>
        {
            await e.ReadSome(100_000);
            // what was not read makes the system reset the connection
            await e.Json(answer, 500);
        });
        using var node = server.Open();
        var read = 0;
        var e = await Should.ThrowAsync<BackupException>(() => node.Import(_ => Task.FromResult<Stream>(new EndlessCar(() => read++)), Cancellation));
        e.Message.ShouldContain(expected);
        e.Hint.ShouldNotBeNull().ShouldContain(hint);
        read.ShouldBeLessThan(2000);
    }

    [Fact]
    public async Task A_refusal_comes_before_the_body_is_sent()
    {
        await using var server = ScriptedServer.For("dag/import", e => e.Text("Kubo RPC Access Denied", 403));
        using var node = server.Open();
        var opened = 0;
        await Should.ThrowAsync<BackupException>(() => node.Import(_ =>
        {
            opened++;
            return Task.FromResult<Stream>(TestDag.Car(SomeBlock));
        }, Cancellation));
        opened.ShouldBe(0);
    }

    [Fact]
    public async Task A_reset_while_sending_is_an_error_that_names_the_node()
    {
        await using var server = ScriptedServer.For("dag/import", async e =>
        {
            await e.ReadSome(100_000);
            e.Reset();
        });
        using var node = server.Open();
        var e = await Should.ThrowAsync<BackupException>(() => node.Import(_ => Task.FromResult<Stream>(new EndlessCar(() => { })), Cancellation));
        e.Kind.ShouldBe(ErrorKind.Failed);
        e.Message.ShouldContain("IPFS_NODE_1_URL");
    }

    [Fact]
    public async Task A_node_that_reads_no_further_is_given_up()
    {
        await using var server = ScriptedServer.For("dag/import", async e =>
        {
            await e.ReadSome(100_000);
            await e.Sleep();
        });
        var time = new FakeTimeProvider();
        using var node = server.Open(time);
        var e = await Should.ThrowAsync<BackupException>(() => node.Import(_ => Task.FromResult<Stream>(new EndlessCar(() => { })), Cancellation).WhileNothingMoves(server, "dag/import", time));
        e.Message.ShouldContain("nothing moved");
    }

    [Fact]
    public async Task A_source_that_is_slow_on_purpose_is_waited_for()
    {
        await using var server = ScriptedServer.For("dag/import", Stored);
        var time = new FakeTimeProvider();
        using var node = server.Open(time);
        var car = TestDag.Car(SomeBlock, TestDag.Raw(new byte[300_000])).ToArray();
        await using var slow = new SlowStream(car, time);
        (await node.Import(_ => Task.FromResult<Stream>(slow), Cancellation)).Blocks.ShouldBe(2);
    }

    public static TheoryData<string> Damages => ["wrong bytes", "truncated", "source fails"];

    [Theory, MemberData(nameof(Damages))]
    public async Task A_request_whose_CAR_is_damaged_is_never_completed(string damage)
    {
        await using var server = ScriptedServer.For("dag/import", Stored);
        using var node = server.Open();
        var blocks = Enumerable.Range(0, 40).Select(i => TestDag.Raw(TestDag.Content(100_000 + i))).ToList();
        var car = TestDag.Car(blocks).ToArray();
        if (damage == "wrong bytes") car[^1] ^= 1;
        Stream source = damage switch
        {
            "truncated" => new MemoryStream(car, 0, car.Length - 1),
            "source fails" => new FailingStream(car),
            _ => new MemoryStream(car),
        };
        var e = await Should.ThrowAsync<Exception>(() => node.Import(_ => Task.FromResult(source), Cancellation));
        if (damage == "source fails") e.ShouldBeOfType<IOException>().Message.ShouldBe("the disk is gone");
        else e.ShouldBeOfType<BackupException>().Kind.ShouldBe(ErrorKind.Corrupt);
        source.CanRead.ShouldBeFalse();
        await server.Served();
        server.Asked.Single().Body.ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"Stats":{"BlockCount":1,"BlockBytesCount":3}}""", true)]
    [InlineData("""{"Stats":{"BlockCount":"1","BlockBytesCount":"3"}}""", true)]
    [InlineData("", true)]
    [InlineData("""{"Root":{"Cid":{"/":"bafkqaaa"},"PinErrorMsg":""}}""", true)]
    [InlineData("""{"Stats":{"BlockCount":0,"BlockBytesCount":0}}""", false)]
    [InlineData("""{"Stats":{"BlockCount":"0","BlockBytesCount":"0"}}""", false)]
    public async Task The_count_of_the_node_must_be_ours_where_it_counts(string answer, bool good)
    {
        await using var server = ScriptedServer.For("dag/import", async e =>
        {
            await e.ReadBody();
            await e.Chunked(answer + "\n");
        });
        using var node = server.Open();
        if (good) (await node.Import(TestDag.Car(SomeBlock), Cancellation)).ShouldBe(new(1, 3));
        else (await Should.ThrowAsync<BackupException>(() => node.Import(TestDag.Car(SomeBlock), Cancellation))).Message.ShouldContain("stored 0 of 1 blocks");
    }

    private static async Task Stored(Exchange exchange)
    {
        await exchange.ReadBody();
        if (exchange.Body is not null) await exchange.Chunked("");
    }

    /// <summary>A CAR without an end, of blocks of 1 MiB.</summary>
    private sealed class EndlessCar(Action onBlock) : ForwardReadStream
    {
        private readonly byte[] _header = TestDag.Car().ToArray();
        private readonly byte[] _section = TestDag.Car(TestDag.Raw(new byte[1024 * 1024])).ToArray();
        private int _at;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

        public override int Read(Span<byte> buffer)
        {
            if (_at == _section.Length)
            {
                _at = _header.Length;
                onBlock();
            }
            var count = Math.Min(buffer.Length, _section.Length - _at);
            _section.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            return count;
        }
    }

    /// <summary>Gives 100,000 bytes every ten minutes.</summary>
    private sealed class SlowStream(byte[] bytes, FakeTimeProvider time) : ForwardReadStream
    {
        private int _at;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            time.Advance(TimeSpan.FromMinutes(10));
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(Math.Min(buffer.Length, 100_000), bytes.Length - _at);
            bytes.AsSpan(_at, count).CopyTo(buffer.Span);
            _at += count;
            return count;
        }

        public override int Read(Span<byte> buffer) => throw new NotSupportedException();
    }

    /// <summary>Fails before its last byte.</summary>
    private sealed class FailingStream(byte[] bytes) : ForwardReadStream
    {
        private int _at;
        private bool _disposed;

        public override bool CanRead => !_disposed;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, bytes.Length - 1 - _at);
            if (count == 0) throw new IOException("the disk is gone");
            bytes.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            _disposed = true;
            base.Dispose(disposing);
        }
    }
}
