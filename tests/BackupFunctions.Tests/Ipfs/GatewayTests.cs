using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs;
using BackupFunctions.Tests.Ipfs.Kubo;

namespace BackupFunctions.Tests.Ipfs;

public sealed class GatewayTests
{
    private static readonly Block Wanted = TestDag.Raw(1, 2, 3);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_asked_for_the_raw_block()
    {
        await using var server = Serving(e => e.Json("\u0001\u0002\u0003"));
        using var gateway = Open(server);
        (await gateway.Get(Wanted.Cid, Cancellation)).ShouldBe(Wanted.Data.ToArray());
        var asked = server.Asked.ShouldHaveSingleItem();
        asked.Head.ShouldStartWith($"GET /base/ipfs/{Wanted.Cid}?format=raw HTTP/1.1");
        asked.Head.ShouldContain("Accept: application/vnd.ipld.raw");
    }

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(504)]
    public async Task What_it_cannot_find_is_not_held(int status)
    {
        await using var server = Serving(e => e.Text("no", status));
        using var gateway = Open(server);
        (await gateway.Get(Wanted.Cid, Cancellation)).ShouldBeNull();
    }

    [Theory]
    [InlineData(403)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task Any_other_refusal_fails(int status)
    {
        await using var server = Serving(e => e.Text("no", status));
        using var gateway = Open(server);
        var e = await Should.ThrowAsync<BackupException>(() => gateway.Get(Wanted.Cid, Cancellation));
        e.Message.ShouldContain($"read block {Wanted.Cid} from IPFS_GATEWAY_URL");
        e.Message.ShouldContain($"the node answered {status}");
    }

    [Fact]
    public async Task A_redirect_to_another_host_is_followed()
    {
        await using var other = Serving(e => e.Json("\u0001\u0002\u0003"));
        await using var server = Serving(e => e.Text("", 301, $"Location: {other.Url}moved\r\n"));
        using var gateway = Open(server);
        (await gateway.Get(Wanted.Cid, Cancellation)).ShouldBe(Wanted.Data.ToArray());
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_after_the_largest_block()
    {
        await using var server = Serving(async e =>
        {
            await e.StartChunks();
            var chunk = new string('x', 1024 * 1024);
            for (var i = 0; i < 64; i++) await e.Chunk(chunk);
        });
        using var gateway = Open(server);
        (await gateway.Get(Wanted.Cid, Cancellation)).ShouldNotBeNull().Length.ShouldBe(BlockReader.MaxBlockSize + 1);
    }

    [Fact]
    public async Task A_page_in_the_place_of_a_block_is_found_out()
    {
        await using var server = Serving(e => e.Text("<html>Welcome", 200));
        using var gateway = Open(server);
        var e = await Should.ThrowAsync<BackupException>(() => new BlockReader([gateway]).Read(Wanted.Cid, Cancellation));
        e.Kind.ShouldBe(ErrorKind.Corrupt);
    }

    private static ScriptedServer Serving(Func<Exchange, Task> answer) => new([], otherwise: answer);

    private static Gateway Open(ScriptedServer server) =>
        new(new("IPFS_GATEWAY_URL", NodeKind.Gateway, new Uri(server.Url, "/base/"), null), new SystemRandomSource(), TimeProvider.System);
}
