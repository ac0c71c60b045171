using System.Security.Cryptography.X509Certificates;
using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Mongo;
using BackupFunctions.Tests.Embedded.Auth;
using MongoDB.Bson;
using MongoDB.Driver;
using TlsOptions = BackupFunctions.Embedded.Auth.TlsOptions;

namespace BackupFunctions.Tests.Mongo.Server;

public sealed class MongoAgainstServerConnectionTests : IDisposable
{
    private static readonly MongoConnectionOptions Quick = new() { ServerSelectionTimeout = TimeSpan.FromSeconds(1), Attempts = 2, Time = new ImmediateTime() };

    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _stranger = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("mongo-tls-").FullName;

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_replica_set_tells_its_topology()
    {
        await using var server = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions { ReplicaSet = "rs7" });
        using var connection = await Open(server.ConnectionString);
        var topology = await Topology.Read(connection, TestContext.Current.CancellationToken);
        topology.Kind.ShouldBe(DeploymentKind.ReplicaSet);
        topology.SetName.ShouldBe("rs7");
        topology.Members.ShouldHaveSingleItem().State.ShouldBe("PRIMARY");
        topology.Version.Major.ShouldBeGreaterThanOrEqualTo(5);
        topology.FeatureCompatibility.ShouldNotBeNull();
        topology.Warning.ShouldBeNull();
        connection.Reads.ReadPreferenceMode.ShouldBe(ReadPreferenceMode.SecondaryPreferred);
    }

    [Fact]
    public async Task The_read_preference_of_the_uri_wins()
    {
        await using var server = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions());
        using var connection = await Open($"{server.ConnectionString}&readPreference=nearest");
        connection.Reads.ReadPreferenceMode.ShouldBe(ReadPreferenceMode.Nearest);
    }

    [Fact]
    public async Task A_password_with_special_characters_logs_in()
    {
        await using var server = await WithUser("p@ss:w/rd%?#");
        using var connection = await Open(server.ConnectionString.Replace("://", $"://us%40er:{Uri.EscapeDataString("p@ss:w/rd%?#")}@", StringComparison.Ordinal));
        (await connection.Run("admin", new BsonDocument("connectionStatus", 1), TestContext.Current.CancellationToken))
            ["authInfo"]["authenticatedUsers"][0]["user"].ShouldBe("us@er");
    }

    [Fact]
    public async Task A_wrong_password_is_refused_with_a_hint_and_not_shown()
    {
        await using var server = await WithUser("right");
        var error = await Should.ThrowAsync<BackupException>(() => Open(server.ConnectionString.Replace("://", "://us%40er:verywrong@", StringComparison.Ordinal)));
        error.Kind.ShouldBe(ErrorKind.Failed);
        error.Message.ShouldContain("authentication failed");
        error.Hint.ShouldNotBeNull().ShouldContain("authSource");
        error.ToString().ShouldNotContain("verywrong");
    }

    [Fact]
    public async Task The_authority_of_tlsCAFile_is_trusted_and_no_other()
    {
        await using var server = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions { Tls = new TlsOptions { Certificate = _authority.Server() } });
        using (var connection = await Open($"{server.ConnectionString}&tlsCAFile={CaFile(_authority)}")) connection.Name.ShouldContain("tlsCAFile");

        var error = await Should.ThrowAsync<BackupException>(() => Open($"{server.ConnectionString}&tlsCAFile={CaFile(_stranger)}"));
        error.Kind.ShouldBe(ErrorKind.Failed);
        error.Message.ShouldContain("TLS handshake failed");
        error.Hint.ShouldNotBeNull().ShouldContain("tlsCAFile");

        (await Should.ThrowAsync<BackupException>(() => Open(server.ConnectionString))).Message.ShouldContain("TLS handshake failed");
        using var careless = await Open($"{server.ConnectionString}&tlsAllowInvalidCertificates=true");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("k&y p@ss")]
    public async Task A_client_certificate_logs_in_by_x509(string? keyPassword)
    {
        var subject = new X500DistinguishedName("CN=backup, OU=ops, O=Example");
        await using var server = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions
        {
            Tls = new TlsOptions { Certificate = _authority.Server(), ClientAuthority = _authority.Certificate, RequireClientCertificate = true },
            Users = [EmbeddedUser.WithCertificate("CN=backup,OU=ops,O=Example")],
        });
        var uri = $"{server.ConnectionString}&authMechanism=MONGODB-X509&authSource=$external&tlsCAFile={CaFile(_authority)}" +
            $"&tlsCertificateKeyFile={KeyFile(_authority.Client(subject), keyPassword)}";
        if (keyPassword is not null) uri += $"&tlsCertificateKeyFilePassword={Uri.EscapeDataString(keyPassword)}";
        using var connection = await Open(uri);
        connection.Name.ShouldNotContain("k%26y");
        var status = await connection.Run("admin", new BsonDocument("connectionStatus", 1), TestContext.Current.CancellationToken);
        status["authInfo"]["authenticatedUsers"][0]["db"].ShouldBe("$external");
    }

    [Fact]
    public async Task A_missing_client_certificate_fails_clearly()
    {
        await using var server = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions
        {
            Tls = new TlsOptions { Certificate = _authority.Server(), ClientAuthority = _authority.Certificate, RequireClientCertificate = true },
        });
        var error = await Should.ThrowAsync<BackupException>(() => Open($"{server.ConnectionString}&tlsCAFile={CaFile(_authority)}"));
        error.Kind.ShouldBe(ErrorKind.Failed);
        error.Message.ShouldStartWith("connect to MONGODB_URI mongodb://");
    }

    private static Task<MongoConnection> Open(string uri) => MongoConnection.Open(uri, "MONGODB_URI", Quick, TestContext.Current.CancellationToken);

    private static Task<EmbeddedMongoServer> WithUser(string password) =>
        EmbeddedMongoServer.Start(new EmbeddedMongoOptions { Users = [EmbeddedUser.WithPassword("us@er", password)] });

    private string CaFile(TestAuthority authority) => Write(authority.Certificate.ExportCertificatePem());

    private string KeyFile(X509Certificate2 certificate, string? password)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        var pem = password is null
            ? key.ExportPkcs8PrivateKeyPem()
            : key.ExportEncryptedPkcs8PrivateKeyPem(password, new(System.Security.Cryptography.PbeEncryptionAlgorithm.Aes256Cbc, System.Security.Cryptography.HashAlgorithmName.SHA256, 10_000));
        return Write($"{certificate.ExportCertificatePem()}\n{pem}\n");
    }

    private string Write(string pem)
    {
        var file = Path.Combine(_directory, $"{Directory.GetFiles(_directory).Length}.pem");
        File.WriteAllText(file, pem);
        return Uri.EscapeDataString(file);
    }
}
