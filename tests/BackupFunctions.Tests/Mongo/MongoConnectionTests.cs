using BackupFunctions.Mongo;

namespace BackupFunctions.Tests.Mongo;

public class MongoConnectionTests
{
    private static readonly MongoConnectionOptions Quick = new()
    {
        ServerSelectionTimeout = TimeSpan.FromMilliseconds(200),
        ConnectTimeout = TimeSpan.FromMilliseconds(200),
        Attempts = 2,
        Time = new ImmediateTime(),
    };

    // port 1 of the loopback: nothing listens there
    [Fact]
    public async Task An_unreachable_server_is_named_without_its_password()
    {
        var error = await Should.ThrowAsync<BackupException>(
            () => MongoConnection.Open("mongodb://joe:secret@127.0.0.1:1/", "MONGODB_URI", Quick, TestContext.Current.CancellationToken));
        error.Kind.ShouldBe(ErrorKind.Failed);
        error.Message.ShouldStartWith("connect to MONGODB_URI mongodb://***@127.0.0.1:1/: ");
        error.Hint.ShouldNotBeNull().ShouldContain("tls=true");
        error.ToString().ShouldNotContain("secret");
    }

    [Theory]
    [InlineData("tlsCAFile")]
    [InlineData("tlsCertificateKeyFile")]
    public async Task A_tls_file_that_cannot_be_read_is_a_configuration_error(string option)
    {
        var error = await Should.ThrowAsync<BackupException>(
            () => MongoConnection.Open($"mongodb://127.0.0.1:1/?{option}=/nowhere/x.pem", "MONGODB_URI", Quick, TestContext.Current.CancellationToken));
        error.Kind.ShouldBe(ErrorKind.Configuration);
        error.Message.ShouldStartWith($"read MONGODB_URI: load {option} /nowhere/x.pem: ");
    }

    [Fact]
    public async Task Tls_options_beside_tls_false_are_refused()
    {
        var error = await Should.ThrowAsync<BackupException>(
            () => MongoConnection.Open("mongodb://127.0.0.1:1/?tls=false&tlsCAFile=/x", "MONGODB_URI", Quick, TestContext.Current.CancellationToken));
        error.Message.ShouldContain("TLS is switched off");
        error.Kind.ShouldBe(ErrorKind.Configuration);
    }
}
