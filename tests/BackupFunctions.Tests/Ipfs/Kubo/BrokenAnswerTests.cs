using BackupFunctions.Ipfs;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.Tests.Ipfs.Kubo;

/// <summary>A 200 that failed all the same, breaks off, or never comes.</summary>
public sealed class BrokenAnswerTests
{
    private static readonly Block SomeBlock = TestDag.Raw(1, 2, 3);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PinErrorMsg_in_a_200_fails_the_import()
    {
        await using var server = ScriptedServer.For("dag/import", async e =>
        {
            await e.ReadBody();
            await e.Chunked("{\"Root\":{\"Cid\":{\"/\":\"bafkreigh2a\"},\"PinErrorMsg\":\"ipld: could not find bafkreigh2a\"}}\n");
        });
        using var node = server.Open();
        var e = await Should.ThrowAsync<BackupException>(() => node.Import(TestDag.Car(SomeBlock), Cancellation));
        e.Kind.ShouldBe(ErrorKind.Failed);
        e.Message.ShouldContain("ipld: could not find bafkreigh2a");
    }

    [Theory]
    [InlineData("import failed at block \"bafk\": mismatch in content integrity", "mismatch in content integrity")]
    [InlineData("""{"Message":"Failed to import DAG: Unexpected end of data","Code":0}""", "Failed to import DAG: Unexpected end of data")]
    public async Task A_trailer_fails_a_200_in_plain_text_and_in_JSON(string trailer, string expected)
    {
        await using var server = new ScriptedServer(new()
        {
            ["dag/import"] = async e =>
            {
                await e.ReadBody();
                await e.Chunked("{\"Stats\":{\"BlockCount\":1,\"BlockBytesCount\":3}}\n", trailer);
            },
            ["block/get"] = e => e.Chunked("abc", trailer),
            ["pin/ls"] = e => e.Chunked("{\"Cid\":\"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku\",\"Type\":\"recursive\"}\n", trailer),
        });
        using var node = server.Open();
        Func<Task>[] calls =
        [
            () => node.Import(TestDag.Car(SomeBlock), Cancellation), () => node.Get(SomeBlock.Cid, Cancellation), () => node.Pins(Cancellation).ToListAsync(Cancellation).AsTask(),
        ];
        foreach (var call in calls)
        {
            var e = await Should.ThrowAsync<BackupException>(call);
            e.Kind.ShouldBe(ErrorKind.Failed);
            e.Message.ShouldContain(expected);
            e.Message.ShouldNotContain("{");
        }
    }

    [Fact]
    public async Task An_empty_trailer_is_no_error()
    {
        await using var server = ScriptedServer.For("block/get", e => e.Chunked("abc", trailer: ""));
        using var node = server.Open();
        (await node.Get(SomeBlock.Cid, Cancellation)).ShouldBe("abc"u8.ToArray());
    }

    [Fact]
    public async Task A_body_without_its_last_chunk_is_an_error()
    {
        await using var server = new ScriptedServer(new()
        {
            ["dag/import"] = async e =>
            {
                await e.ReadBody();
                await e.Chunked("{\"Stats\":{\"BlockCount\":1}}\n", complete: false);
            },
            ["block/get"] = e => e.Chunked("abc", complete: false),
            ["pin/ls"] = e => e.Chunked("{\"Cid\":\"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku\",\"Type\":\"recursive\"}\n", complete: false),
            ["pin/rm"] = e => e.Chunked("{\"Pins\":[]}\n", complete: false),
        });
        using var node = server.Open();
        Func<Task>[] calls =
        [
            () => node.Import(TestDag.Car(SomeBlock), Cancellation), () => node.Get(SomeBlock.Cid, Cancellation),
            () => node.Pins(Cancellation).ToListAsync(Cancellation).AsTask(), () => node.Unpin(SomeBlock.Cid, Cancellation),
        ];
        foreach (var call in calls) (await Should.ThrowAsync<BackupException>(call)).Kind.ShouldBe(ErrorKind.Failed);
    }

    public static TheoryData<string> Calls => [.. NodeCalls.Keys];

    [Theory, MemberData(nameof(Calls))]
    public async Task A_node_that_never_answers_is_given_up(string command)
    {
        await using var server = ScriptedServer.For(command, e => e.Hang());
        var time = new FakeTimeProvider();
        using var node = server.Open(time);
        var e = await Should.ThrowAsync<BackupException>(() => NodeCalls[command](node).WhileNothingMoves(server, command, time));
        e.Kind.ShouldBe(ErrorKind.Failed);
        e.Message.ShouldContain("nothing moved for 6");
        e.Hint.ShouldNotBeNull().ShouldContain("IPFS_TIMEOUT_SECONDS");
    }

    [Theory, MemberData(nameof(Calls))]
    public async Task A_node_that_stops_in_the_middle_is_given_up(string command)
    {
        await using var server = ScriptedServer.For(command, async e =>
        {
            await e.StartChunks();
            await e.Hang();
        });
        var time = new FakeTimeProvider();
        using var node = server.Open(time);
        (await Should.ThrowAsync<BackupException>(() => NodeCalls[command](node).WhileNothingMoves(server, command, time))).Message.ShouldContain("nothing moved");
    }

    [Theory, MemberData(nameof(Calls))]
    public async Task Cancelling_ends_every_call_that_hangs(string command)
    {
        using var cancellation = new CancellationTokenSource();
        await using var server = ScriptedServer.For(command, async e =>
        {
            await cancellation.CancelAsync();
            await e.Hang();
        });
        using var node = server.Open();
        await Should.ThrowAsync<OperationCanceledException>(() => NodeCalls[command](node, cancellation.Token).WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
    }

    [Theory, MemberData(nameof(Calls))]
    public async Task A_reset_is_an_error_that_names_the_node(string command)
    {
        await using var server = ScriptedServer.For(command, e =>
        {
            e.Reset();
            return Task.CompletedTask;
        });
        using var node = server.Open();
        var e = await Should.ThrowAsync<BackupException>(() => NodeCalls[command](node));
        e.Kind.ShouldBe(ErrorKind.Failed);
        e.Message.ShouldContain("IPFS_NODE_1_URL");
    }

    [Fact]
    public async Task More_bytes_than_a_block_may_have_are_not_all_read()
    {
        await using var server = ScriptedServer.For("block/get", async e =>
        {
            await e.StartChunks();
            var megabyte = new string('x', 1024 * 1024);
            for (var i = 0; i < 10_000; i++) await e.Chunk(megabyte);
        });
        using var node = server.Open();
        (await node.Get(SomeBlock.Cid, Cancellation)).ShouldNotBeNull().Length.ShouldBe(BlockReader.MaxBlockSize + 1);
    }

    [Fact]
    public async Task A_line_without_an_end_is_not_all_read()
    {
        await using var server = ScriptedServer.For("pin/ls", async e =>
        {
            await e.StartChunks();
            await e.Chunk("{\"Cid\":\"");
            var megabyte = new string('x', 1024 * 1024);
            for (var i = 0; i < 10_000; i++) await e.Chunk(megabyte);
        });
        using var node = server.Open();
        (await Should.ThrowAsync<BackupException>(() => node.Pins(Cancellation).ToListAsync(Cancellation).AsTask())).Message.ShouldContain("no JSON");
    }

    private static Dictionary<string, NodeCall> NodeCalls { get; } = new()
    {
        ["version"] = (node, token) => node.Identify(token),
        ["id"] = (node, token) => node.Identify(token),
        ["block/stat"] = (node, token) => node.Has(SomeBlock.Cid, token),
        ["block/get"] = (node, token) => node.Get(SomeBlock.Cid, token),
        ["dag/import"] = (node, token) => node.Import(TestDag.Car(SomeBlock), token),
        ["pin/ls"] = (node, token) => node.IsPinned(SomeBlock.Cid, token),
        ["pin/add"] = (node, token) => node.Pin(SomeBlock.Cid, "x", token),
        ["pin/rm"] = (node, token) => node.Unpin(SomeBlock.Cid, token),
    };

    private delegate Task NodeCall(IIpfsNode node, CancellationToken cancellationToken = default);
}
