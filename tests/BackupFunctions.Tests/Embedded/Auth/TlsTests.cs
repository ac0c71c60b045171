using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Tests.Embedded.Server;
using BackupFunctions.Tests.Embedded.Wire;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Embedded.Auth;

public sealed class TlsTests : IDisposable
{
    private static readonly BsonDocument Ping = new("ping", 1);
    private static readonly X500DistinguishedName Subject = new("CN=backup, OU=ops, O=Example");

    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _stranger = new();

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task A_client_that_trusts_the_authority_connects()
    {
        await using var server = await TestServer.Start(new EmbeddedMongoOptions { Tls = new TlsOptions { Certificate = _authority.Server() } });
        server.ConnectionString.ShouldEndWith("&tls=true");
        using var client = TestServer.Client(server, settings => settings.SslSettings = Trusting(_authority));
        (await client.Run(Ping))["ok"].ShouldBe(1.0);
    }

    [Fact]
    public async Task A_server_of_another_authority_is_refused_by_the_client()
    {
        await using var server = await TestServer.Start(new EmbeddedMongoOptions { Tls = new TlsOptions { Certificate = _stranger.Server() } });
        var refusal = await TestServer.RefusalOf(server.ConnectionString, settings => settings.SslSettings = Trusting(_authority));
        refusal.ShouldBeOfType<TimeoutException>().Message.ShouldContain(nameof(AuthenticationException));
    }

    [Fact]
    public async Task A_client_without_TLS_is_cut_off()
    {
        await using var server = await TestServer.Start(new EmbeddedMongoOptions { Tls = new TlsOptions { Certificate = _authority.Server() } });
        using var client = await RawClient.Connect(server.Port);
        await client.Send(RawClient.Msg(Ping));
        (await client.Receive()).ShouldBeNull();
    }

    [Fact]
    public async Task A_required_client_certificate_must_be_there_and_come_from_the_authority()
    {
        await using var server = await TestServer.Start(new EmbeddedMongoOptions { Tls = MutualTls(required: true) });

        using (var client = TestServer.Client(server, settings => settings.SslSettings = Trusting(_authority, _authority.Client(Subject))))
            (await client.Run(Ping))["ok"].ShouldBe(1.0);

        var missing = await TestServer.RefusalOf(server.ConnectionString, settings => settings.SslSettings = Trusting(_authority));
        missing.ShouldBeOfType<TimeoutException>();

        var wrong = await TestServer.RefusalOf(
            server.ConnectionString, settings => settings.SslSettings = Trusting(_authority, _stranger.Client(Subject)));
        wrong.ShouldBeOfType<TimeoutException>();
    }

    [Fact]
    public async Task An_optional_client_certificate_may_be_missing_and_may_not_be_a_strangers()
    {
        await using var server = await TestServer.Start(new EmbeddedMongoOptions { Tls = MutualTls(required: false) });
        using (var client = TestServer.Client(server, settings => settings.SslSettings = Trusting(_authority)))
            (await client.Run(Ping))["ok"].ShouldBe(1.0);

        var wrong = await TestServer.RefusalOf(
            server.ConnectionString, settings => settings.SslSettings = Trusting(_authority, _stranger.Client(Subject)));
        wrong.ShouldBeOfType<TimeoutException>();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_certificate_logs_in_the_user_of_its_subject(bool nameInCredential)
    {
        const string name = "CN=backup,OU=ops,O=Example";
        var user = EmbeddedUser.WithCertificate(name, new EmbeddedRole("backup"), new EmbeddedRole("clusterMonitor"));
        await using var server = await TestServer.Start(new EmbeddedMongoOptions { Tls = MutualTls(required: true), Users = [user] });
        using var client = TestServer.Client(server, settings =>
        {
            settings.SslSettings = Trusting(_authority, _authority.Client(Subject));
            settings.Credential = MongoCredential.CreateMongoX509Credential(nameInCredential ? name : null);
        });
        var info = (await client.Run(new BsonDocument { { "connectionStatus", 1 }, { "showPrivileges", true } }))["authInfo"];
        info["authenticatedUsers"].ShouldBe(new BsonArray { new BsonDocument { { "user", name }, { "db", "$external" } } });
        info["authenticatedUserRoles"][0]["role"].AsString.ShouldBe("backup");
        info["authenticatedUserPrivileges"].AsBsonArray.ShouldNotBeEmpty();
        (await client.Run(new BsonDocument("echo", 1)))["ok"].ShouldBe(1.0);
    }

    [Fact]
    public async Task A_certificate_without_a_user_and_another_users_name_are_refused()
    {
        await using var server = await TestServer.Start(new EmbeddedMongoOptions
        {
            Tls = MutualTls(required: true),
            Users = [EmbeddedUser.WithCertificate("CN=someone else")],
        });
        foreach (var name in new[] { null, "CN=someone else" })
        {
            var refusal = await TestServer.RefusalOf(server.ConnectionString, settings =>
            {
                settings.SslSettings = Trusting(_authority, _authority.Client(Subject));
                settings.Credential = MongoCredential.CreateMongoX509Credential(name);
            });
            refusal.ShouldBeOfType<MongoAuthenticationException>().InnerException.ShouldBeOfType<MongoCommandException>().Code.ShouldBe(18);
        }
    }

    [Fact]
    public async Task Contradicting_options_are_refused_before_the_server_listens()
    {
        using var bare = X509CertificateLoader.LoadCertificate(_authority.Certificate.RawData);
        await Should.ThrowAsync<ArgumentException>(() => TestServer.Start(new EmbeddedMongoOptions { Tls = new TlsOptions { Certificate = bare } }));
        await Should.ThrowAsync<ArgumentException>(() => TestServer.Start(new EmbeddedMongoOptions
        {
            Tls = new TlsOptions { Certificate = _authority.Server(), RequireClientCertificate = true },
        }));
    }

    private TlsOptions MutualTls(bool required) =>
        new() { Certificate = _authority.Server(), ClientAuthority = _authority.Certificate, RequireClientCertificate = required };

    private static SslSettings Trusting(TestAuthority authority, params X509Certificate[] certificates) => new()
    {
        ClientCertificates = certificates,
        ServerCertificateValidationCallback = (_, certificate, _, errors) => authority.Trusts(certificate, errors),
    };
}
