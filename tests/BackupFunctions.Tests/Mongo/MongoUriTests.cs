using BackupFunctions.Mongo;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Mongo;

public class MongoUriTests
{
    private const string Setting = "MONGODB_URI";

    [Theory]
    [InlineData("p@ss:w/rd%", "p%40ss%3Aw%2Frd%25")]
    [InlineData("100%", "100%25")]
    [InlineData("a?b#c&d", "a%3Fb%23c%26d")]
    public void Special_characters_in_passwords_work_when_escaped(string password, string escaped)
    {
        var uri = MongoUri.Parse($"mongodb://us%40er:{escaped}@h1:27018,h2/db?authSource=admin", Setting);
        var url = new MongoUrl(uri.DriverUri);
        url.Password.ShouldBe(password);
        url.Username.ShouldBe("us@er");
        url.Servers.Select(s => s.ToString()).ShouldBe(["h1:27018", "h2:27017"]);
        url.DatabaseName.ShouldBe("db");
        uri.Masked.ShouldBe("mongodb://***@h1:27018,h2/db?authSource=admin");
    }

    [Theory]
    [InlineData("mongodb://user:top@secret@host/db")]
    [InlineData("mongodb://user:top:secret@host/db")]
    [InlineData("mongodb://user:top/secret@host/db")]
    [InlineData("mongodb://user:top/secret@host")]
    [InlineData("mongodb://us/er:topsecret@host")]
    [InlineData("mongodb://user:1234/secret@host")]
    [InlineData("mongodb://user:50%secret@host")]
    [InlineData("mongodb://user:secret%@host")]
    [InlineData("mongodb://user:to?p@sec?ret@host/?w=1")]
    [InlineData("mongodb+srv://user:top#sec@ret@host")]
    public void An_unescaped_password_gives_a_hint_and_is_never_echoed(string uri)
    {
        var error = Should.Throw<BackupException>(() => MongoUri.Parse(uri, Setting));
        error.Kind.ShouldBe(ErrorKind.Configuration);
        error.Message.ShouldStartWith("read MONGODB_URI: ");
        error.Hint.ShouldNotBeNull().ShouldContain("percent-encode");
        foreach (var text in new[] { error.ToString(), MongoUri.Mask(uri) })
        {
            text.ShouldNotContain("secret");
            text.ShouldNotContain("top");
            text.ShouldNotContain("ret@");
        }
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("   ", "it is empty")]
    [InlineData("localhost:27017", "it does not start with mongodb://")]
    [InlineData("http://host", "it does not start with mongodb://")]
    [InlineData("mongodb://", "it is no MongoDB URI")]
    [InlineData("mongodb://host/?tls", "the option \"tls\" has no value")]
    [InlineData("mongodb://user:secret@host/?tls=maybe", "tls has an invalid boolean value of maybe")]
    [InlineData("mongodb://user:secret@host/?tlsAllowInvalidCertificates=1", "tlsAllowInvalidCertificates is neither true nor false")]
    [InlineData("mongodb://user:secret@host:port/", "'mongodb://host:port/' is not valid")]
    public void What_is_wrong_is_said_with_the_settings_name(string uri, string why)
    {
        var error = Should.Throw<BackupException>(() => MongoUri.Parse(uri, Setting));
        error.Kind.ShouldBe(ErrorKind.Configuration);
        error.Message.ShouldStartWith("read MONGODB_URI: ");
        error.Message.ShouldContain(why);
        error.Hint.ShouldNotBeNull();
        error.ToString().ShouldNotContain("secret");
    }

    [Theory]
    [InlineData("mongodb://host/db", "mongodb://host/db")]
    [InlineData("mongodb://user:pw@host/?tlsCertificateKeyFilePassword=x%26y&w=1", "mongodb://***@host/?tlsCertificateKeyFilePassword=***&w=1")]
    [InlineData("mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:abc", "mongodb://h/?authMechanismProperties=***")]
    [InlineData("mongodb://user@host", "mongodb://***@host")]
    [InlineData("mongodb://host/?appName=a@b", "mongodb://host/?appName=a@b")]
    [InlineData("redis://user:pw@host", "***")]
    public void Masked_uris_show_where_and_not_who(string uri, string masked) => MongoUri.Mask(uri).ShouldBe(masked);

    [Fact]
    public void Tls_files_are_taken_out_since_the_driver_does_not_know_them()
    {
        var uri = MongoUri.Parse(
            "mongodb://h/?tlsCAFile=%2Fetc%2Fca.pem&replicaSet=rs0&TLSCERTIFICATEKEYFILE=/etc/me.pem&tlsCertificateKeyFilePassword=a%20b&authMechanism=MONGODB-X509", Setting);
        uri.Tls.CaFile.ShouldBe("/etc/ca.pem");
        uri.Tls.CertificateKeyFile.ShouldBe("/etc/me.pem");
        uri.Tls.CertificateKeyFilePassword.ShouldBe("a b");
        uri.DriverUri.ShouldBe("mongodb://h/?replicaSet=rs0&authMechanism=MONGODB-X509&tls=true");
        MongoClientSettings.FromConnectionString(uri.DriverUri).Credential.Mechanism.ShouldBe("MONGODB-X509");
    }

    [Fact]
    public void Tls_switched_off_stays_off() => MongoUri.Parse("mongodb://h/?tls=false", Setting).DriverUri.ShouldBe("mongodb://h/?tls=false");
}
