using BackupFunctions.Ipfs;

namespace BackupFunctions.Tests.Ipfs.Kubo;

/// <summary>Errors that come with a status: JSON of three kinds, and text. Bodies are those of Kubo (K), js-ipfs (N) and its server (H).</summary>
public sealed class ErrorAnswerTests
{
    private static readonly Block SomeBlock = TestDag.Raw(1, 2, 3);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(403, "Kubo RPC Access Denied: Please provide a valid authorization token as defined in the API.Authorizations configuration.", "403 Kubo RPC Access Denied", "IPFS_NODE_1_TOKEN")]
    [InlineData(403, "403 - Forbidden", "403 - Forbidden", "IPFS_NODE_1_TOKEN")]
    [InlineData(401, """{"code":401,"message":"unauthorized: no auth provided"}""", "401 unauthorized: no auth provided", "IPFS_NODE_1_TOKEN")]
    [InlineData(404, "404 page not found", "404 page not found", "port 5001")]
    [InlineData(404, """{"Message":"Not Found","Code":3,"Type":"error"}""", "404 Not Found", "port 5001")]
    [InlineData(405, "405 - Method Not Allowed", "405 - Method Not Allowed", "port 5001")]
    [InlineData(400, """argument "ipfs-path" is required""", "400 argument \"ipfs-path\" is required", "log")]
    [InlineData(400, """{"Message":"Invalid request query input","Code":1,"Type":"error"}""", "400 Invalid request query input", "log")]
    [InlineData(500, """{"statusCode":500,"error":"Internal Server Error","message":"An internal server error occurred"}""", "500 An internal server error occurred", "log")]
    [InlineData(500, """{"Message":"disk full","Code":0,"Type":"error"}""", "500 disk full", "StorageMax")]
    [InlineData(503, "injected", "503 injected", "overloaded")]
    [InlineData(502, "<html>\r\n<h1>502 Bad Gateway</h1>\r\n</html>", "502 <html> <h1>502 Bad Gateway</h1> </html>", "proxy")]
    [InlineData(413, "", "413 no text", "proxy")]
    [InlineData(500, "{\"Message\":", "500 {\"Message\":", "log")]
    public async Task An_error_says_what_the_node_answered_and_what_to_do(int status, string body, string expected, string hint)
    {
        Func<Exchange, Task> script = e => e.Text(body, status);
        string[] commands = ["id", "block/stat", "block/get", "dag/import", "pin/add", "pin/rm"];
        await using var server = new ScriptedServer(commands.ToDictionary(c => c, _ => script));
        using var node = server.Open();
        Func<Task>[] calls =
        [
            () => node.Identify(Cancellation), () => node.Has(SomeBlock.Cid, Cancellation), () => node.Get(SomeBlock.Cid, Cancellation),
            () => node.Import(TestDag.Car(SomeBlock), Cancellation), () => node.Pin(SomeBlock.Cid, "x", Cancellation), () => node.Unpin(SomeBlock.Cid, Cancellation),
        ];
        foreach (var call in calls)
        {
            var e = await Should.ThrowAsync<BackupException>(call);
            e.Kind.ShouldBe(ErrorKind.Failed);
            e.Message.ShouldContain($"IPFS_NODE_1_URL {server.Url.AbsoluteUri.TrimEnd('/')}: the node answered");
            e.Message.ShouldContain(expected);
            e.Hint.ShouldNotBeNull().ShouldContain(hint);
        }
    }

    [Theory]
    [InlineData("""{"Message":"block was not found locally (offline): ipld: could not find bafkreigh2a","Code":0,"Type":"error"}""")]
    [InlineData("""{"Message":"ipld: could not find bafkreigh2a","Code":0,"Type":"error"}""")]
    [InlineData("""{"Message":"blockstore: block not found","Code":0,"Type":"error"}""")]
    [InlineData("""{"Message":"merkledag: not found","Code":0,"Type":"error"}""")]
    public async Task A_500_about_a_missing_block_means_that_it_is_not_held(string body)
    {
        await using var server = new ScriptedServer(new() { ["block/stat"] = e => e.Json(body, 500), ["block/get"] = e => e.Json(body, 500), ["pin/add"] = e => e.Json(body, 500) });
        using var node = server.Open();
        (await node.Has(SomeBlock.Cid, Cancellation)).ShouldBeFalse();
        (await node.Get(SomeBlock.Cid, Cancellation)).ShouldBeNull();
        (await Should.ThrowAsync<BackupException>(() => node.Pin(SomeBlock.Cid, "x", Cancellation))).Kind.ShouldBe(ErrorKind.NotFound);
        server.Asked.Where(e => e.Command.StartsWith("block", StringComparison.Ordinal)).ShouldAllBe(e => e.Query.Contains("offline=true") && e.Query.Contains("timeout=60000ms"));
    }

    [Theory]
    [InlineData("""{"Message":"path 'bafkreigh2a' is not pinned","Code":0,"Type":"error"}""", """{"Message":"not pinned or pinned indirectly","Code":0,"Type":"error"}""")]
    [InlineData("""{"Message":"path 'bafkreigh2a' is not pinned","Code":0,"Type":"error"}""", """{"Message":"Failed to remove pin: bafkreigh2a is not pinned","Code":0,"Type":"error"}""")]
    public async Task A_500_about_an_absent_pin_means_that_it_is_not_pinned(string list, string remove)
    {
        await using var server = new ScriptedServer(new() { ["pin/ls"] = e => e.Json(list, 500), ["pin/rm"] = e => e.Json(remove, 500) });
        using var node = server.Open();
        (await node.IsPinned(SomeBlock.Cid, Cancellation)).ShouldBeFalse();
        await node.Unpin(SomeBlock.Cid, Cancellation);
    }

    [Fact]
    public async Task A_404_with_the_words_of_a_missing_block_is_no_missing_block()
    {
        await using var server = ScriptedServer.For("block/get", e => e.Text("could not find this page", 404));
        using var node = server.Open();
        (await Should.ThrowAsync<BackupException>(() => node.Get(SomeBlock.Cid, Cancellation))).Message.ShouldContain("404");
    }

    [Fact]
    public async Task A_deadline_at_a_local_read_is_an_error_and_not_a_missing_block()
    {
        await using var server = ScriptedServer.For("block/get", e => e.Json("""{"Message":"context deadline exceeded","Code":0,"Type":"error"}""", 500));
        using var node = server.Open();
        (await Should.ThrowAsync<BackupException>(() => node.Get(SomeBlock.Cid, Cancellation))).Kind.ShouldBe(ErrorKind.Failed);
    }

    [Fact]
    public async Task A_page_instead_of_JSON_is_no_RPC()
    {
        await using var server = new ScriptedServer(new() { ["version"] = e => e.Text("<html>welcome</html>", 200), ["pin/ls"] = e => e.Text("<html>welcome</html>", 200) });
        using var node = server.Open();
        foreach (var call in new Func<Task>[] { () => node.Identify(Cancellation), () => node.IsPinned(SomeBlock.Cid, Cancellation) })
            (await Should.ThrowAsync<BackupException>(call)).Hint.ShouldNotBeNull().ShouldContain("port 5001");
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var other = new ScriptedServer([]);
        await using var server = ScriptedServer.For("version", e => e.Text("", 308, $"Location: {other.Url}api/v0/version\r\n"));
        using var node = server.Open(token: "s3cret-token");
        (await Should.ThrowAsync<BackupException>(() => node.Identify(Cancellation))).Message.ShouldContain($"308 a redirect to {other.Url}");
        other.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_listening_says_how_to_go_on()
    {
        Uri url;
        await using (var server = new ScriptedServer([])) url = server.Url;
        using var node = ScriptedNode.Open(url);
        var e = await Should.ThrowAsync<BackupException>(() => node.Identify(Cancellation));
        e.Kind.ShouldBe(ErrorKind.Failed);
        e.Message.ShouldContain("refused");
        e.Hint.ShouldNotBeNull().ShouldContain("start the node");
    }
}
