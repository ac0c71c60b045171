using BackupFunctions.Configuration;

namespace BackupFunctions.Tests.Configuration;

public class BackupOptionsTests
{
    [Fact]
    public void Complete_settings_give_typed_options()
    {
        var options = BackupOptions.Load(TestSettings.Source(@"BACKUP_INCLUDE=shop.*, crm.people,shop.a\,b", "BACKUP_EXCLUDE=shop.tmp", "BACKUP_RATE_LIMIT=12.5", "BACKUP_COMPRESSION_LEVEL=19"), OptionsScope.Backup);
        options.SourceUri.ShouldBe("mongodb://ada:pa55word-of-ada@db1.example.com:27017/?replicaSet=rs0");
        options.Catalog.ShouldBe(new CatalogSetting("MONGODB_URI", options.SourceUri, "backup_catalog", null));
        options.Key.ShouldBe(new KeySetting(KeySettingKind.Value, "BACKUP_ENCRYPTION_KEY", TestSettings.Key));
        options.Nodes.Select(n => (n.SettingName, n.Kind, n.Token)).ShouldBe(
            [("IPFS_NODE_1_URL", NodeKind.Vault, null), ("IPFS_NODE_2_URL", NodeKind.Kubo, TestSettings.Token)]);
        options.Nodes[0].Directory.ShouldBe("/vaults/one");
        options.Include.Select(p => p.ToString()).ShouldBe(["shop.*", "crm.people", @"shop.a\,b"]);
        options.Exclude.ShouldHaveSingleItem().ToString().ShouldBe("shop.tmp");
        options.Staging.Directory.ShouldBe("/home/ada/.local/state/backupfunctions/staging");
        options.Parallelism.ShouldBe(2);
        options.CompressionLevel.ShouldBe(19);
        options.RateLimit.ShouldBe(12_500_000);
        options.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void Retention_has_its_rules()
    {
        var usual = BackupOptions.Load(TestSettings.Source(), OptionsScope.Backup);
        usual.Retention.ShouldBe(new(new(90), TimeSpan.FromHours(48), 7));
        usual.RetentionAfterBackup.ShouldBeTrue();
        var set = BackupOptions.Load(TestSettings.Source("BACKUP_RETENTION_DAYS=0", "BACKUP_KEEP_LAST=1", "BACKUP_KEEP_DAILY=2", "BACKUP_KEEP_WEEKLY=3", "BACKUP_KEEP_MONTHLY=4", "BACKUP_KEEP_YEARLY=5",
            "RETENTION_GRACE_HOURS=6", "LOCAL_RETENTION_DAYS=8", "RETENTION_AFTER_BACKUP=False"), OptionsScope.Backup);
        set.Retention.ShouldBe(new(new(0, 1, 2, 3, 4, 5), TimeSpan.FromHours(6), 8));
        set.RetentionAfterBackup.ShouldBeFalse();
    }

    [Fact]
    public void A_node_has_its_authorities_and_its_timeout()
    {
        var nodes = BackupOptions.Load(
            TestSettings.Source("IPFS_NODE_2_URL=https://h:5001", "IPFS_NODE_2_CA_FILE=ca.pem", "IPFS_TIMEOUT_SECONDS=7"), OptionsScope.Backup).Nodes;
        nodes[0].CaFile.ShouldBeNull();
        nodes[1].CaFile.ShouldBe(Path.Combine(Path.GetTempPath(), "ca.pem"));
        nodes[1].Timeout.ShouldBe(TimeSpan.FromSeconds(7));
        (nodes[1].TokenSettingName, nodes[1].CaFileSettingName).ShouldBe(("IPFS_NODE_2_TOKEN", "IPFS_NODE_2_CA_FILE"));
    }

    [Fact]
    public void A_cluster_peer_stands_in_the_place_of_its_node()
    {
        var nodes = BackupOptions.Load(
            TestSettings.Source("IPFS_CLUSTER_NODE_2=https://c:9094", "IPFS_CLUSTER_NODE_2_TOKEN=jwt", "IPFS_CLUSTER_NODE_2_CA_FILE=ca.pem", "IPFS_TIMEOUT_SECONDS=7"), OptionsScope.Backup).Nodes;
        (nodes[0].Kind, nodes[1].Kind).ShouldBe((NodeKind.Vault, NodeKind.Cluster));
        (nodes[1].Url, nodes[1].Token, nodes[1].CaFile).ShouldBe((new Uri("https://c:9094"), "jwt", Path.Combine(Path.GetTempPath(), "ca.pem")));
        (nodes[1].TokenSettingName, nodes[1].CaFileSettingName).ShouldBe(("IPFS_CLUSTER_NODE_2_TOKEN", "IPFS_CLUSTER_NODE_2_CA_FILE"));
        nodes[1].Timeout.ShouldBe(TimeSpan.FromSeconds(7));
        var cluster = nodes[1].Cluster.ShouldNotBeNull();
        cluster.Replication.ShouldBe(2);
        (cluster.Behind.SettingName, cluster.Behind.Kind, cluster.Behind.Token).ShouldBe(("IPFS_NODE_2_URL", NodeKind.Kubo, TestSettings.Token));
    }

    [Theory]
    [InlineData("-1", -1)]
    [InlineData("3", 3)]
    public void A_cluster_keeps_as_many_copies_as_are_wanted(string text, int replication) =>
        BackupOptions.Load(TestSettings.Source("IPFS_CLUSTER_NODE_2=http://c:9094", $"IPFS_CLUSTER_REPLICATION={text}"), OptionsScope.Backup).Nodes[1].Cluster!.Replication.ShouldBe(replication);

    [Fact]
    public void Gateways_stand_in_their_order() =>
        BackupOptions.Load(TestSettings.Source("IPFS_GATEWAY_URL=https://a.example.com, http://b/base"), OptionsScope.Download).Gateways
            .Select(g => (g.Kind, $"{g}")).ShouldBe([(NodeKind.Gateway, "IPFS_GATEWAY_URL https://a.example.com"), (NodeKind.Gateway, "IPFS_GATEWAY_URL http://b/base")]);

    [Fact]
    public void Defaults_hold_for_what_is_not_set()
    {
        var options = BackupOptions.Load(TestSettings.Source("BACKUP_PARALLELISM="), OptionsScope.Backup);
        options.Parallelism.ShouldBeInRange(1, 64);
        options.CompressionLevel.ShouldBe(3);
        options.RateLimit.ShouldBeNull();
        options.Nodes[1].Timeout.ShouldBe(TimeSpan.FromSeconds(60));
        options.Include.ShouldBeEmpty();
    }

    [Fact]
    public void A_catalogue_may_be_a_directory_or_another_MongoDB()
    {
        BackupOptions.Load(TestSettings.Source("MONGODB_CATALOG_URI=file:///var/lib/my%20catalog"), OptionsScope.List)
            .Catalog.ShouldBe(new CatalogSetting("MONGODB_CATALOG_URI", null, "backup_catalog", "/var/lib/my catalog"));
        BackupOptions.Load(TestSettings.Source("MONGODB_CATALOG_URI=mongodb://other", "MONGODB_CATALOG_DATABASE=mine"), OptionsScope.List)
            .Catalog.ShouldBe(new CatalogSetting("MONGODB_CATALOG_URI", "mongodb://other", "mine", null));
    }

    [Fact]
    public void A_scope_asks_only_for_what_it_needs()
    {
        var nothing = TestSettings.Source("MONGODB_URI=", "BACKUP_ENCRYPTION_KEY=", "IPFS_NODE_1_URL=", "IPFS_NODE_2_URL=");
        var general = BackupOptions.Load(nothing, OptionsScope.General);
        general.Parallelism.ShouldBe(2);
        general.Catalog.ShouldBeNull();
        Should.Throw<InvalidOperationException>(() => general.Key).Message.ShouldBe("settings were loaded by a scope without Key");
        Missing(nothing, OptionsScope.Decrypt).ShouldBe(["BACKUP_ENCRYPTION_KEY"]);
        Missing(nothing, OptionsScope.Download).ShouldBe(["IPFS_NODE_1_URL", "IPFS_NODE_2_URL"]);
        Missing(nothing, OptionsScope.Restore).ShouldBe(["BACKUP_ENCRYPTION_KEY", "IPFS_NODE_1_URL", "IPFS_NODE_2_URL"]);
        Missing(nothing, OptionsScope.List).ShouldBe(["MONGODB_URI", "BACKUP_ENCRYPTION_KEY", "IPFS_NODE_1_URL", "IPFS_NODE_2_URL"]);
        Missing(nothing, OptionsScope.Backup).ShouldBe(["MONGODB_URI", "BACKUP_ENCRYPTION_KEY", "IPFS_NODE_1_URL", "IPFS_NODE_2_URL"]);
    }

    [Fact]
    public void No_text_form_shows_a_secret()
    {
        var options = BackupOptions.Load(TestSettings.Source(), OptionsScope.Backup);
        foreach (var text in new[] { $"{options}", $"{options.Catalog}", $"{options.Key}", $"{options.Nodes[1]}" })
        {
            text.ShouldNotContain(TestSettings.Key);
            text.ShouldNotContain(TestSettings.Password);
            text.ShouldNotContain(TestSettings.Token);
        }
    }

    private static string[] Missing(SettingsSource source, OptionsScope scope) => [.. BackupOptions.Check(source, scope).Problems.Select(p => p.Setting)];
}
