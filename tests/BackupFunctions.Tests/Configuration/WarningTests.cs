using BackupFunctions.Configuration;

namespace BackupFunctions.Tests.Configuration;

public class WarningTests
{
    public static TheoryData<string, string> Warned => new()
    {
        { "BACKUP_ENCRYPTION_KEYFILE=x", "BACKUP_ENCRYPTION_KEYFILE is not a setting and has no effect: did you mean BACKUP_ENCRYPTION_KEY_FILE?" },
        { "IPFS_NODE_1_URI=x", "IPFS_NODE_1_URI is not a setting and has no effect: did you mean IPFS_NODE_1_URL?" },
        { "MONGODB_URL=x", "MONGODB_URL is not a setting and has no effect: did you mean MONGODB_URI?" },
        { "backup_include=x", "backup_include is not a setting and has no effect: did you mean BACKUP_INCLUDE?" },
        { "BACKUP_DASHBOARD_THEME=dark", "BACKUP_DASHBOARD_THEME is not a setting of this release and has no effect" },
        { "IPFS_CLUSTER_SOMETHING=x", "IPFS_CLUSTER_SOMETHING is not a setting of this release and has no effect" },
        { "IPFS_NODE_1_TOKEN=abcdefgh", "IPFS_NODE_1_TOKEN has no effect: IPFS_NODE_1_URL is a directory" },
        { "IPFS_NODE_1_CA_FILE=/etc/ca.pem", "IPFS_NODE_1_CA_FILE has no effect: IPFS_NODE_1_URL is a directory" },
        { "IPFS_NODE_2_CA_FILE=/etc/ca.pem", "IPFS_NODE_2_CA_FILE has no effect: IPFS_NODE_2_URL is not https://" },
    };

    [Theory, MemberData(nameof(Warned))]
    public void What_has_no_effect_is_said(string setting, string expected) =>
        BackupOptions.Load(TestSettings.Source(setting), OptionsScope.Backup).Warnings.ShouldBe([expected]);

    [Theory]
    [InlineData("IPFS_PATH=/data/ipfs")]
    [InlineData("IPFS_LOGGING=debug")]
    [InlineData("MONGODB_VERSION=8.0")]
    [InlineData("PATH=/bin")]
    public void Names_of_other_programs_are_left_alone(string setting) =>
        BackupOptions.Load(TestSettings.Source(setting), OptionsScope.Backup).Warnings.ShouldBeEmpty();

    [Fact]
    public void A_short_passphrase_is_warned_of_without_showing_it()
    {
        var warning = BackupOptions.Load(TestSettings.Source("BACKUP_ENCRYPTION_KEY=", "BACKUP_ENCRYPTION_PASSPHRASE=hunter2"), OptionsScope.Backup).Warnings.ShouldHaveSingleItem();
        warning.ShouldStartWith("BACKUP_ENCRYPTION_PASSPHRASE has 7 characters");
        warning.ShouldNotContain("hunter2");
    }
}
