using BackupFunctions.Configuration;

namespace BackupFunctions.Tests.Configuration;

public class MaskingTests
{
    [Theory]
    [InlineData("mongodb://h:27017/db", "mongodb://h:27017/db")]
    [InlineData("mongodb://ada:s3cr3t@h1:27017,h2/?replicaSet=rs0", "mongodb://ada:****@h1:27017,h2/?replicaSet=rs0")]
    [InlineData("mongodb://ada@h/", "mongodb://ada@h/")]
    [InlineData("mongodb://ada:s3/cr3t@x:y@h/db", "mongodb://ada:****@h/db")]
    [InlineData("mongodb://ada:s3cr3t?x@h/db", "mongodb://ada:****@h/db")]
    [InlineData("mongodb://h/?tlsCertificateKeyFilePassword=s3cr3t&tls=true", "mongodb://h/?tlsCertificateKeyFilePassword=****&tls=true")]
    [InlineData("mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:s3cr3t", "mongodb://h/?authMechanismProperties=****")]
    [InlineData("https://ipfs.example.com/api?token=s3cr3t", "https://ipfs.example.com/api?token=****")]
    [InlineData("file:///vaults/one", "file:///vaults/one")]
    [InlineData("ada:s3cr3t@h", "ada:****@h")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=s3cr3t==;EndpointSuffix=x", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=****;EndpointSuffix=x")]
    [InlineData("BlobEndpoint=https://a/;SharedAccessSignature=sv=1&sig=s3cr3t;s3cr3t;Other=s3cr3t", "BlobEndpoint=https://a/;SharedAccessSignature=****;****;****")]
    [InlineData("UseDevelopmentStorage=true", "UseDevelopmentStorage=true")]
    [InlineData("https://a.blob.core.windows.net/c?sv=1&sig=s3cr3t", "https://a.blob.core.windows.net/c?sv=1&sig=****")]
    [InlineData("https://h/?AccountKey=s3cr3t", "****")]
    public void A_uri_is_shown_without_its_secrets(string uri, string expected) => Masking.MaskUri(uri).ShouldBe(expected);

    [Fact]
    public void Settings_are_masked_by_what_their_names_and_values_tell() => Masking.MaskSecrets(
    [
        ("BACKUP_ENCRYPTION_KEY", "s3cr3t"), ("BACKUP_ENCRYPTION_KEY_FILE", "/etc/key"), ("BACKUP_ENCRYPTION_KEY_COMMAND", "vault read s3cr3t"),
        ("BACKUP_PARALLELISM", "4"), ("MY_PASSWORD", "s3cr3t"), ("WEBHOOK_URL", "https://u:s3cr3t@h/x"), ("OTHER_URL", "https://u:s3cr3t@h/x"),
    ]).ShouldBe(
    [
        ("BACKUP_ENCRYPTION_KEY", "****"), ("BACKUP_ENCRYPTION_KEY_FILE", "/etc/key"), ("BACKUP_ENCRYPTION_KEY_COMMAND", "vault ****"),
        ("BACKUP_PARALLELISM", "4"), ("MY_PASSWORD", "****"), ("WEBHOOK_URL", "****"), ("OTHER_URL", "https://u:****@h/x"),
    ]);

    [Fact]
    public void Keys_and_signatures_of_storage_accounts_are_redacted()
    {
        var redactor = SecretRedactor.From(TestSettings.Source("BACKUP_STAGING=AccountName=ada;AccountKey=k3y/k3y==", "AzureWebJobsStorage=BlobEndpoint=https://a;SharedAccessSignature=sv=1&sig=s1g%2Bs1g"));
        redactor.Redact("ada k3y/k3y== sig=s1g%2Bs1g, s1g+s1g").ShouldBe("ada **** sig=****, ****");
    }

    [Fact]
    public void Every_secret_among_the_settings_is_redacted_in_any_form()
    {
        var redactor = SecretRedactor.From(TestSettings.Source("MONGODB_URI=mongodb://ada:p%40ss%2Fword@h/", "BACKUP_ENCRYPTON_KEY=misspelled-key", "BACKUP_ENCRYPTION_KEY_COMMAND=get --pin 998877"));
        redactor.Redact($"key {TestSettings.Key}, token {TestSettings.Token}, p%40ss%2Fword, p@ss/word, misspelled-key, ran 'get --pin 998877'")
            .ShouldBe("key ****, token ****, ****, ****, ****, ran 'get ****'");
    }

    [Fact]
    public void Passwords_of_unknown_uris_are_redacted_too() =>
        new SecretRedactor().Redact("cannot reach mongodb://ada:s3/cr3t@h:27017/db (\"https://u:pw@h\") or http://h:80/x")
            .ShouldBe("cannot reach mongodb://ada:****@h:27017/db (\"https://u:****@h\") or http://h:80/x");
}
