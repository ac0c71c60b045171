using BackupFunctions.Encryption;
using BackupFunctions.Restore;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Tests.Workflows;

namespace BackupFunctions.Tests.Rotation;

/// <summary>Backups whose own copy of the keyring is older than the last rotation.</summary>
public sealed class OlderBackupTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_lone_root_from_before_a_rotation_restores_with_the_new_key_and_the_exported_keyring()
    {
        await _rig.Fill("things", 0, 20);
        var root = (await _rig.BackUp()).Backup.Root;
        _rig.Restart(TestRepository.Key, TestRepository.OtherKey);
        (await _rig.RotateKeys(reEncrypt: false)).ShouldSatisfyAllConditions(r => r.ReEncrypted.ShouldBeFalse(), r => r.Keys.Added.ShouldBe(["2"]), r => r.Keys.Removed.ShouldBe(["1"]));
        var exported = Keyring.Parse(_rig.Repository.Memory.Head!.Keyring.ToJson());

        _rig.Restart(TestRepository.OtherKey);
        await _rig.Drop();
        var refused = await Should.ThrowAsync<BackupFunctions.Workflows.ActivityFailedException>(() => _rig.Restore(root));
        (refused.Kind, refused.Hint!.Contains("--keyring", StringComparison.Ordinal)).ShouldBe((ErrorKind.WrongKey, true));
        _rig.Keyrings = [exported];
        (await _rig.Restore(root)).Differences.ShouldBeEmpty();
    }

    [Fact]
    public async Task With_a_catalogue_the_newest_keyring_is_found_there()
    {
        await _rig.Fill("things", 0, 5);
        var root = (await _rig.BackUp()).Backup.Root;
        _rig.Restart(TestRepository.Key, TestRepository.OtherKey);
        await _rig.RotateKeys(reEncrypt: false);
        var asked = 0;
        using var unlocker = new KeyringUnlocker([TestRepository.KeySource(TestRepository.OtherKey)], [], _ =>
        {
            asked++;
            return Task.FromResult<Keyring?>(_rig.Repository.Memory.Head!.Keyring);
        });
        var backup = await OpenedBackup.Open(new DagContent(new(_rig.Repository.Nodes), root), unlocker, BackupRig.Cancellation);
        (backup.Index.Collections.Count, asked).ShouldBe((1, 1));

        // a key that opens the backup's own copy needs nothing else
        using var old = new KeyringUnlocker([TestRepository.KeySource()], [], _ => throw new InvalidOperationException("asked"));
        await OpenedBackup.Open(new DagContent(new(_rig.Repository.Nodes), root), old, BackupRig.Cancellation);
    }

    [Fact]
    public async Task A_keyring_of_another_repository_is_named()
    {
        await _rig.Fill("things", 0, 5);
        var root = (await _rig.BackUp()).Backup.Root;
        using var other = new TestRepository(seed: 5000);
        await other.Create();
        using var unlocker = new KeyringUnlocker([TestRepository.KeySource(TestRepository.OtherKey)], [other.Memory.Head!.Keyring], null);
        var error = await Should.ThrowAsync<BackupException>(() => OpenedBackup.Open(new DagContent(new(_rig.Repository.Nodes), root), unlocker, BackupRig.Cancellation));
        (error.Kind, error.Message.Contains($"the keyring that was given is of repository {other.Memory.Head!.Repository}", StringComparison.Ordinal)).ShouldBe((ErrorKind.WrongKey, true));
    }
}
