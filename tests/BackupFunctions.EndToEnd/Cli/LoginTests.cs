using System.Security.Cryptography.X509Certificates;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Tests.Embedded.Auth;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>Certificates and passwords, right and wrong, by the URI alone.</summary>
public sealed class LoginTests
{
    private const string Name = "ops@team", Password = "p@ss:w/rd%41 ü#?&=";
    private const string Fast = "&serverSelectionTimeoutMS=5000";

    [Fact]
    public async Task A_password_of_special_characters_backs_up_and_restores()
    {
        await using var server = await EmbeddedMongoServer.Start(new() { Users = [EmbeddedUser.WithPassword(Name, Password, "admin", new EmbeddedRole("root"))] });
        var uri = server.ConnectionString.Replace("mongodb://", $"mongodb://{Uri.EscapeDataString(Name)}:{Uri.EscapeDataString(Password)}@", StringComparison.Ordinal) + "&authSource=admin" + Fast;
        await RoundTrip(uri, new CliWorkspace(uri));

        using var work = new CliWorkspace(uri.Replace("w%2Frd", "w%2Frt", StringComparison.Ordinal));
        (await work.Run("backup full")).FailedWith(1, "MONGODB_URI", "authentication failed", "percent-encoded");
        var doctor = (await work.Run("doctor")).Ended(1);
        doctor.Out.ShouldContain("authentication failed");
    }

    [Fact]
    public async Task Certificates_on_both_sides_back_up_and_restore()
    {
        using var authority = new TestAuthority();
        using var stranger = new TestAuthority();
        await using var server = await EmbeddedMongoServer.Start(new()
        {
            Tls = new() { Certificate = authority.Server(), ClientAuthority = authority.Certificate },
            Users = [EmbeddedUser.WithCertificate("CN=backup,OU=ops,O=Example", new EmbeddedRole("root"))],
        });
        using var files = new CliWorkspace("");
        var subject = new X500DistinguishedName("CN=backup, OU=ops, O=Example");
        File.WriteAllText(files.PathOf("ca.pem"), authority.Certificate.ExportCertificatePem());
        File.WriteAllText(files.PathOf("stranger.pem"), stranger.Certificate.ExportCertificatePem());
        WritePem(files.PathOf("client.pem"), authority.Client(subject));
        WritePem(files.PathOf("foreign.pem"), stranger.Client(subject));
        WritePem(files.PathOf("unknown.pem"), authority.Client(new("CN=somebody, O=Else")));
        var plain = $"{server.ConnectionString}{Fast}";
        var x509 = "&authMechanism=MONGODB-X509&authSource=%24external";
        string With(string ca, string? client) => $"{plain}&tlsCAFile={files.PathOf(ca)}{(client is null ? "" : $"&tlsCertificateKeyFile={files.PathOf(client)}")}{x509}";

        await RoundTrip(With("ca.pem", "client.pem"), new CliWorkspace(With("ca.pem", "client.pem")), seed: false);

        using var work = new CliWorkspace("");
        foreach (var (uri, named) in new[]
        {
            (With("stranger.pem", "client.pem"), "TLS handshake failed"),
            (plain + x509, "TLS handshake failed"),
            (With("ca.pem", null), "MONGODB_URI"),
            (With("ca.pem", "unknown.pem"), "MONGODB_URI"),
            (With("ca.pem", "foreign.pem"), "MONGODB_URI"),
            (With("ca.pem", "client.pem").Replace("&tls=true", "", StringComparison.Ordinal).Replace(files.PathOf("client.pem"), files.PathOf("nowhere.pem"), StringComparison.Ordinal), "nowhere.pem"),
        })
        {
            work.Settings[SettingNames.MongoUri] = uri;
            var outcome = await work.Run("backup full");
            outcome.FailedWith(named == "nowhere.pem" ? 2 : 1, SettingNames.MongoUri, named);
            work.Snapshot.ShouldAllBe(f => f == "vault-1/id 32" || f == "vault-2/id 32");
        }
    }

    private static async Task RoundTrip(string uri, CliWorkspace workspace, bool seed = true)
    {
        using var work = workspace;
        // the catalogue is in the same server, as it is by default
        work.Settings.Remove(SettingNames.CatalogUri);
        if (seed)
        {
            await MongoFixture.Seed(uri);
        }
        else
        {
            Directory.CreateDirectory(work.PathOf("dump", "crm"));
            File.WriteAllBytes(work.PathOf("dump", "crm", "people.bson"), MongoDB.Bson.BsonExtensionMethods.ToBson(new MongoDB.Bson.BsonDocument("_id", 1)));
            (await work.Run($"restore dump --uri {uri}")).Ended(0);
        }
        (await work.Run("doctor")).Ended(0);
        (await work.Run("backup full")).Ended(0);
        (await work.Run($"restore-full latest --uri {uri} --drop")).Ended(0);
        (await work.Run("list --json")).Ended(0).Result.GetProperty("state").GetString().ShouldBe("complete");
    }

    private static void WritePem(string path, X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(path, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }
}
