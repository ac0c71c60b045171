using System.Text;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Kubo;
using BackupFunctions.Tests.Embedded.Auth;

namespace BackupFunctions.Tests.Ipfs.Kubo;

/// <summary>Who a node is told we are, and whom we trust to be the node.</summary>
public sealed class CredentialTests : IDisposable
{
    private const string Version = """{"Version":"0.44.0","Commit":"","Repo":"18","System":"amd64/linux","Golang":"go1.26"}""";
    private const string Id = """{"ID":"12D3KooW"}""";
    private readonly TemporaryDirectory _temporary = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task A_token_goes_as_Bearer_with_every_request()
    {
        await using var server = new ScriptedServer(new() { ["id"] = e => e.Json(Id), ["dag/import"] = e => e.Text("denied", 403) });
        using var node = server.Open(token: "s3cret-token");
        await node.Identify(Cancellation);
        await Should.ThrowAsync<BackupException>(() => node.Import(TestDag.Car(), Cancellation));
        server.Asked.Count.ShouldBe(3);
        server.Asked.ShouldAllBe(e => e.Head.Contains("\r\nAuthorization: Bearer s3cret-token\r\n"));
    }

    [Fact]
    public async Task User_and_password_of_the_address_go_as_Basic()
    {
        await using var server = ScriptedServer.For("id", e => e.Json(Id));
        using var node = server.Open(user: "ada:p%40ss%3Aw%C3%BCrd");
        await node.Identify(Cancellation);
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes("ada:p@ss:würd"));
        server.Asked.ShouldAllBe(e => e.Head.Contains($"\r\nAuthorization: Basic {basic}\r\n"));
    }

    [Fact]
    public async Task Without_credentials_none_are_sent_and_no_agent_that_nodes_check()
    {
        await using var server = ScriptedServer.For("id", e => e.Json(Id));
        using var node = server.Open();
        await node.Identify(Cancellation);
        server.Asked.ShouldAllBe(e => !e.Head.Contains("Authorization") && !e.Head.Contains("Origin") && !e.Head.Contains("Referer") && !e.Head.Contains("User-Agent"));
    }

    [Fact]
    public async Task A_node_that_repeats_what_it_was_sent_gives_no_secret_away()
    {
        await using var server = ScriptedServer.For("version", e => e.Text(e.Head, 403));
        using var bearer = server.Open(token: "s3cret-token");
        using var basic = server.Open(user: "ada:s3cret-word");
        foreach (var node in new[] { bearer, basic })
        {
            var e = await Should.ThrowAsync<BackupException>(() => node.Identify(Cancellation));
            e.Message.ShouldContain("Authorization:");
            $"{e.Message} {e.Hint} {node.Name}".ShouldNotContain("s3cret");
            e.Message.ShouldNotContain(Convert.ToBase64String("ada:s3cret-word"u8));
        }
    }

    [Fact]
    public async Task A_path_of_the_address_stands_before_the_commands()
    {
        await using var server = ScriptedServer.For("version", e => e.Json(Version));
        using var node = ScriptedNode.Open(new Uri(server.Url, "/node-a/"));
        await Should.ThrowAsync<BackupException>(() => node.Identify(Cancellation));
        server.Asked.Single().Head.ShouldStartWith("POST /node-a/api/v0/version HTTP/1.1");
    }

    [Fact]
    public async Task A_certificate_of_the_given_authority_is_trusted_and_no_other()
    {
        using var ours = new TestAuthority();
        using var another = new TestAuthority();
        await using var server = new ScriptedServer(new() { ["id"] = e => e.Json(Id) }, ours.Server());
        await File.WriteAllTextAsync(_temporary.File("ours.pem"), ours.Certificate.ExportCertificatePem(), Cancellation);
        await File.WriteAllTextAsync(_temporary.File("another.pem"), another.Certificate.ExportCertificatePem(), Cancellation);

        using var trusting = server.Open(caFile: _temporary.File("ours.pem"));
        (await trusting.Identify(Cancellation)).Id.ShouldBe("12D3KooW");
        foreach (var file in new[] { null, _temporary.File("another.pem") })
        {
            using var node = server.Open(caFile: file);
            var e = await Should.ThrowAsync<BackupException>(() => node.Identify(Cancellation));
            e.Kind.ShouldBe(ErrorKind.Failed);
            e.Hint.ShouldNotBeNull().ShouldContain("IPFS_NODE_1_CA_FILE");
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")]
    public async Task Authorities_that_cannot_be_read_are_a_configuration_error(string? content)
    {
        var path = _temporary.File("ca.pem");
        if (content is not null) await File.WriteAllTextAsync(path, content, Cancellation);
        var setting = new NodeSetting("IPFS_NODE_1_URL", NodeKind.Kubo, new Uri("https://127.0.0.1:1"), null) { CaFile = path };
        var e = Should.Throw<BackupException>(() => NodeFactory.Open(setting, new DiskFiles(), new SystemRandomSource(), TimeProvider.System));
        e.Kind.ShouldBe(ErrorKind.Configuration);
        e.Message.ShouldStartWith($"read IPFS_NODE_1_CA_FILE {path}: ");
        e.Hint.ShouldNotBeNull();
    }

    [Fact]
    public void A_node_by_http_is_opened_with_retries()
    {
        var node = NodeFactory.Open(new("IPFS_NODE_1_URL", NodeKind.Kubo, new Uri("http://127.0.0.1:1"), null), new DiskFiles(), new SystemRandomSource(), TimeProvider.System);
        node.ShouldBeOfType<ResilientNode>().Dispose();
        node.Name.ShouldBe("IPFS_NODE_1_URL http://127.0.0.1:1");
    }
}
