using BackupFunctions.Configuration;

namespace BackupFunctions.Tests.Configuration;

public class SettingProblemTests
{
    private const string Hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    /// <summary>Changes to complete settings, and the one problem that they make.</summary>
    public static TheoryData<string[], string> Wrong => new()
    {
        { ["MONGODB_URI="], "MONGODB_URI is not set" },
        { ["MONGODB_URI=db1:27017"], "MONGODB_URI does not start with mongodb:// or mongodb+srv://" },
        { ["MONGODB_URI=mongodb://"], "MONGODB_URI is no connection string" },
        { ["MONGODB_URI=mongodb://u:s3cr3t@x:y/z@h"], "MONGODB_URI is no connection string: user name and password must be percent-encoded" },
        { ["MONGODB_URI=mongodb://u:s3cr3t/x@h/"], "MONGODB_URI is no connection string: user name and password must be percent-encoded" },
        { ["MONGODB_URI=mongodb://u:s3cr3t@h/?readPreference=best"], "MONGODB_URI is no connection string" },
        { ["MONGODB_CATALOG_URI=redis://h"], "MONGODB_CATALOG_URI does not start with" },
        { ["MONGODB_CATALOG_URI=file://relative"], "MONGODB_CATALOG_URI needs three slashes and an absolute path" },
        { ["MONGODB_CATALOG_DATABASE=admin"], "MONGODB_CATALOG_DATABASE is one of the server's own databases" },
        { ["MONGODB_CATALOG_DATABASE=a.b"], "MONGODB_CATALOG_DATABASE has a character that a database name cannot have" },
        { ["BACKUP_ENCRYPTION_KEY="], "BACKUP_ENCRYPTION_KEY is not set, and none of its other forms" },
        { ["BACKUP_ENCRYPTION_PASSPHRASE=s3cr3t s3cr3t"], "BACKUP_ENCRYPTION_KEY and BACKUP_ENCRYPTION_PASSPHRASE are set together, want exactly one" },
        { ["BACKUP_ENCRYPTION_KEY=c2hvcnQ="], "BACKUP_ENCRYPTION_KEY decodes to 5 bytes, want 32" },
        { ["BACKUP_ENCRYPTION_KEY=00ff"], "BACKUP_ENCRYPTION_KEY has 4 hex digits, want 64" },
        { ["BACKUP_ENCRYPTION_KEY=s3cr3t!"], "BACKUP_ENCRYPTION_KEY is neither base64 nor hex (7 characters)" },
        { ["BACKUP_ENCRYPTION_KEY=", "BACKUP_ENCRYPTION_KEY_FILE=/nowhere/key"], "BACKUP_ENCRYPTION_KEY_FILE names a file that does not exist: /nowhere/key" },
        { ["BACKUP_ENCRYPTION_KEY=", "BACKUP_ENCRYPTION_PASSPHRASE_FILE=/nowhere/pass"], "BACKUP_ENCRYPTION_PASSPHRASE_FILE names a file that does not exist: /nowhere/pass" },
        { ["IPFS_NODE_1_URL="], "IPFS_NODE_1_URL is not set" },
        { ["BACKUP_RETENTION_DAYS=0"], "BACKUP_RETENTION_DAYS is 0, and no BACKUP_KEEP_* is set: no rule would keep anything" },
        { ["BACKUP_RETENTION_DAYS=-1"], "BACKUP_RETENTION_DAYS is not a whole number from 0 to 36500" },
        { ["BACKUP_KEEP_LAST=all"], "BACKUP_KEEP_LAST is not a whole number from 0 to 100000" },
        { ["RETENTION_GRACE_HOURS=0"], "RETENTION_GRACE_HOURS is not a whole number from 1 to 8760" },
        { ["RETENTION_AFTER_BACKUP=yes"], "RETENTION_AFTER_BACKUP is neither true nor false" },
        { ["IPFS_NODE_1_URL=ftp://h/x"], "IPFS_NODE_1_URL has the unknown scheme 'ftp'" },
        { ["IPFS_NODE_1_URL=vault"], "IPFS_NODE_1_URL is no address" },
        { ["IPFS_NODE_1_URL=/vaults/one"], "IPFS_NODE_1_URL is a path: write file:///vaults/one" },
        { ["IPFS_NODE_1_URL=file://vaults/one"], "IPFS_NODE_1_URL needs three slashes and an absolute path" },
        { ["IPFS_NODE_1_URL=file:///"], "IPFS_NODE_1_URL names no directory" },
        { ["IPFS_NODE_2_URL=file:///vaults/./one/", "IPFS_NODE_2_TOKEN="], "IPFS_NODE_2_URL is the same node as IPFS_NODE_1_URL" },
        { ["IPFS_NODE_1_URL=http://127.0.0.1:5001/"], "IPFS_NODE_2_URL is the same node as IPFS_NODE_1_URL" },
        { ["IPFS_NODE_1_URL=http://h:5001/?token=s3cr3t"], "IPFS_NODE_1_URL has a query" },
        { ["IPFS_NODE_1_URL=http://"], "IPFS_NODE_1_URL is no address" },
        { ["IPFS_NODE_2_URL=http://ada:s3cr3t@h:5001"], "IPFS_NODE_2_TOKEN is set, and IPFS_NODE_2_URL has a user" },
        { ["IPFS_NODE_2_TOKEN=Bearer s3cr3t"], "IPFS_NODE_2_TOKEN holds spaces" },
        { ["IPFS_CLUSTER_NODE_1=http://c:9094"], "IPFS_NODE_1_URL is a directory, and IPFS_CLUSTER_NODE_1 is set" },
        { ["IPFS_CLUSTER_NODE_2=ftp://c"], "IPFS_CLUSTER_NODE_2 has the unknown scheme 'ftp': want http://host:port or https://host:port" },
        { ["IPFS_CLUSTER_NODE_2=file:///c"], "IPFS_CLUSTER_NODE_2 is a path: want http" },
        { ["IPFS_CLUSTER_NODE_2=http://ada:s3cr3t@c:9094", "IPFS_CLUSTER_NODE_2_TOKEN=t0ken"], "IPFS_CLUSTER_NODE_2_TOKEN is set, and IPFS_CLUSTER_NODE_2 has a user" },
        { ["IPFS_CLUSTER_NODE_2=http://c:9094", "IPFS_CLUSTER_REPLICATION=0"], "IPFS_CLUSTER_REPLICATION is not a whole number from 1 to 1000, or -1 for every peer" },
        { ["IPFS_NODE_1_URL=http://h:5001", "IPFS_CLUSTER_NODE_1=http://c:9094", "IPFS_CLUSTER_NODE_2=http://c:9094/"], "IPFS_CLUSTER_NODE_2 is the same peer as IPFS_CLUSTER_NODE_1" },
        { ["IPFS_GATEWAY_URL=https://a.example.com, gateway"], "IPFS_GATEWAY_URL is no address" },
        { ["IPFS_GATEWAY_URL=https://ada:s3cr3t@a.example.com"], "IPFS_GATEWAY_URL has a user" },
        { ["IPFS_TIMEOUT_SECONDS=0"], "IPFS_TIMEOUT_SECONDS is not a whole number from 1 to 86400" },
        { ["IPFS_TIMEOUT_SECONDS=1m"], "IPFS_TIMEOUT_SECONDS is not a whole number from 1 to 86400" },
        { ["BACKUP_INCLUDE=shop"], "BACKUP_INCLUDE pattern \"shop\" is not database.collection" },
        { ["BACKUP_EXCLUDE=shop.*,.x"], "BACKUP_EXCLUDE pattern \".x\" is not database.collection" },
        { ["BACKUP_INCLUDE=*"], "BACKUP_INCLUDE pattern \"*\" is not database.collection" },
        { [@"BACKUP_INCLUDE=shop.a\b"], @"BACKUP_INCLUDE pattern ""shop.a\b"" has a backslash before something other than * , \" },
        { ["BACKUP_STAGING=DefaultEndpointsProtocol=https;AccountKey=s3cr3t"], "BACKUP_STAGING is no connection string of a storage account" },
        { ["BACKUP_STAGING=DefaultEndpointsProtocol=https;AccountName=a;AccountKey=s3cr3t!"], "BACKUP_STAGING is no connection string of a storage account" },
        { ["BACKUP_STAGING=http://a.blob.core.windows.net/staging"], "BACKUP_STAGING is http://, and an identity is sent by https:// only" },
        { ["BACKUP_STAGING=https://a.blob.core.windows.net/"], "BACKUP_STAGING names no container" },
        { ["BACKUP_STAGING=https://a.blob.core.windows.net/staging/below"], "BACKUP_STAGING names no container" },
        { ["BACKUP_STAGING=https://a.blob.core.windows.net/staging?sv=1&sig=s3cr3t"], "BACKUP_STAGING has more than an address" },
        { ["BACKUP_STAGING=s3://bucket"], "BACKUP_STAGING is neither a directory, nor the connection string of a storage account, nor https://" },
        { ["BACKUP_STAGING=UseDevelopmentStorage=true", "BACKUP_STAGING_CONTAINER=No--name"], "BACKUP_STAGING_CONTAINER is no name of a container" },
        { ["BACKUP_PARALLELISM=0"], "BACKUP_PARALLELISM is not a whole number from 1 to 64" },
        { ["BACKUP_PARALLELISM=65"], "BACKUP_PARALLELISM is not a whole number from 1 to 64" },
        { ["BACKUP_COMPRESSION_LEVEL=20"], "BACKUP_COMPRESSION_LEVEL is not a whole number from 1 to 19" },
        { ["BACKUP_RATE_LIMIT=0"], "BACKUP_RATE_LIMIT is not a number of megabytes per second" },
        { ["BACKUP_RATE_LIMIT=10MB"], "BACKUP_RATE_LIMIT is not a number of megabytes per second" },
    };

    public static TheoryData<string[]> Right => new()
    {
        new[] { $"BACKUP_ENCRYPTION_KEY={Hex}" },
        new[] { $"BACKUP_ENCRYPTION_KEY={Hex.ToUpperInvariant()}" },
        new[] { "BACKUP_ENCRYPTION_KEY=", "BACKUP_ENCRYPTION_KEY_COMMAND=vault read -field=key secret/backup" },
        new[] { "BACKUP_ENCRYPTION_KEY=", "BACKUP_ENCRYPTION_PASSPHRASE=correct horse battery staple" },
        new[] { "MONGODB_URI=mongodb+srv://u:p%40ss@cluster.example.com/?tls=true" },
        new[] { "MONGODB_URI=mongodb://CN%3Dbackup@h1:27017,h2:27018/?authMechanism=MONGODB-X509&tls=true&replicaSet=rs0" },
        new[] { "IPFS_NODE_1_URL=https://ipfs.example.com/rpc" },
        new[] { "IPFS_NODE_1_URL=https://ada:p%40ss@ipfs.example.com:5001", "IPFS_NODE_1_CA_FILE=/etc/ca.pem" },
        new[] { @"BACKUP_INCLUDE=*.*,shop.a\,b" },
        new[] { "BACKUP_STAGING=relative/staging" },
        new[] { "BACKUP_STAGING=UseDevelopmentStorage=true", "BACKUP_STAGING_CONTAINER=mine" },
        new[] { "BACKUP_STAGING=DefaultEndpointsProtocol=https;AccountName=a;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net" },
        new[] { "BACKUP_STAGING=BlobEndpoint=https://a.blob.core.windows.net;SharedAccessSignature=sv=1&sig=abc%3D" },
        new[] { "BACKUP_STAGING=https://a.blob.core.windows.net/staging/" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void A_wrong_setting_is_named_with_its_fault_and_an_example(string[] changes, string expected)
    {
        var problem = BackupOptions.Check(TestSettings.Source(changes), OptionsScope.Backup).Problems.ShouldHaveSingleItem();
        $"{problem.Setting} {problem.Fault}".ShouldStartWith(expected);
        problem.Example.ShouldContain(problem.Setting.Split(' ')[0][..8]);
        problem.ToString().ShouldNotContain("s3cr3t");
    }

    [Theory, MemberData(nameof(Right))]
    public void A_right_setting_is_taken(string[] changes) =>
        BackupOptions.Check(TestSettings.Source(changes), OptionsScope.Backup).Problems.ShouldBeEmpty();

    [Fact]
    public void All_problems_are_one_error_with_a_hint()
    {
        var error = Should.Throw<BackupException>(() => BackupOptions.Load(
            TestSettings.Source("MONGODB_URI=", "BACKUP_ENCRYPTION_KEY=abc", "IPFS_NODE_2_URL=ftp://h", "BACKUP_PARALLELISM=x"), OptionsScope.Backup));
        error.Kind.ShouldBe(ErrorKind.Configuration);
        error.Message.ShouldStartWith("read settings: 4 problems\n");
        foreach (var name in new[] { "MONGODB_URI", "BACKUP_ENCRYPTION_KEY", "IPFS_NODE_2_URL", "BACKUP_PARALLELISM" }) error.Message.ShouldContain($"\n  {name} ");
        error.Hint.ShouldNotBeNull();
    }

    [Fact]
    public void A_problem_of_the_source_is_said_once_though_the_catalogue_shares_it() =>
        BackupOptions.Check(TestSettings.Source("MONGODB_URI=nonsense"), OptionsScope.Backup).Problems.Count.ShouldBe(1);
}
