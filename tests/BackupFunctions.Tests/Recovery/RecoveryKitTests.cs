using System.Text;
using BackupFunctions.Ambient;
using BackupFunctions.Backup;
using BackupFunctions.Configuration;
using BackupFunctions.Manifest;
using BackupFunctions.Recovery;
using BackupFunctions.Tests.Repositories;

namespace BackupFunctions.Tests.Recovery;

public sealed class RecoveryKitTests : IDisposable
{
    private static readonly NodeSetting[] Nodes =
    [
        new("IPFS_NODE_1_URL", NodeKind.Vault, new("file:///var/backups/vault-1"), null),
        new("IPFS_NODE_2_URL", NodeKind.Kubo, new("https://ada:s3cr3t@node.example.com:5001/"), "t0ken"),
    ];

    private readonly RecoveryRig _rig = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_recorded_backup_writes_the_kit_of_its_revision_and_no_secret()
    {
        await _rig.Repository.Create();
        var recorded = await Recorder(_rig.KitPath).Run(new([new BackupRecorded(await _rig.Pin(1))], 1), Cancellation);
        recorded.Warning.ShouldBeNull();
        var text = await File.ReadAllTextAsync(_rig.KitPath, Cancellation);
        text.ShouldBe($"{recorded.Kit}\n");
        var kit = RecoveryKit.Parse(Encoding.UTF8.GetBytes(text), "kit");
        (kit.Repository, kit.Revision, kit.Manifest).ShouldBe((_rig.Id, 2UL, _rig.Head));
        kit.Keys.ShouldBe(["1"]);
        kit.Nodes.ShouldBe(["file:///var/backups/vault-1", "https://node.example.com:5001/"]);
        foreach (var secret in new[] { "ada", "s3cr3t", "t0ken", TestRepository.Key }) text.ShouldNotContain(secret);

        _rig.LoseCatalog();
        (await _rig.Recover(new(Kit: kit))).Revision.ShouldBe(2UL);
    }

    [Fact]
    public async Task What_lists_no_backup_leaves_the_kit_alone()
    {
        await _rig.Repository.Create();
        var recorded = await Recorder(_rig.KitPath).Run(new([new RunFailed(BackupType.Full, default, default, ErrorKind.Failed)], 1), Cancellation);
        recorded.Kit.ShouldBeNull();
        File.Exists(_rig.KitPath).ShouldBeFalse();
    }

    [Fact]
    public async Task A_kit_that_cannot_be_written_is_a_warning_and_the_backup_is_recorded()
    {
        await _rig.Repository.Create();
        Directory.CreateDirectory(_rig.KitPath);
        var recorded = await Recorder(_rig.KitPath).Run(new([new BackupRecorded(await _rig.Pin(1))], 1), Cancellation);
        recorded.Warning.ShouldNotBeNull().ShouldContain("BACKUP_RECOVERY_KIT");
        recorded.Kit.ShouldNotBeNull().Revision.ShouldBe(2UL);
        (await _rig.Listed()).ShouldBe([1U]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"format":1,"repository":"00112233445566778899aabbccddeeff","revision":1,"manifest":"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku","keys":[],"nodes":[]}""")]
    public void What_is_no_kit_is_refused_by_its_name(string text) =>
        Should.Throw<BackupException>(() => RecoveryKit.Parse(Encoding.UTF8.GetBytes(text), "/media/usb/kit.json")).Message.ShouldContain("/media/usb/kit.json");

    private RecordActivity Recorder(string path) => new(_rig.Manifest, new(path, Nodes, _rig.Repository.Session(), new DiskFiles()));
}
