using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories.Locking;
using BackupFunctions.Restore;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Tests.Workflows;
using BackupFunctions.Workflows;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Rotation;

/// <summary>Everything sealed again under a new epoch, over nodes that collect garbage, fail and die.</summary>
public sealed class ReencryptionTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly RotationScene _scene = new(server);

    private BackupRig Rig => _scene.Rig;

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task After_re_encryption_and_a_garbage_collection_the_old_key_opens_nothing_on_either_node_and_the_new_one_everything()
    {
        await _scene.Begin();
        var before = (await _scene.State()).Backups.ToList();
        Rig.Restart(TestRepository.Key, TestRepository.OtherKey);
        var result = await Rig.RotateKeys();
        result.ShouldSatisfyAllConditions(
            r => r.Backups.ShouldBe(4), r => r.Keys.Epoch.ShouldBe(2u), r => r.Keys.Added.ShouldBe(["2"]), r => r.Keys.Removed.ShouldContain("1"), r => r.Warnings.ShouldBeEmpty());
        Rig.Alerts.Events.ShouldEndWith("keys.rotated:Info");

        Rig.Restart(TestRepository.OtherKey);
        await _scene.ShouldBeClosedToTheOldKey();
        await _scene.ShouldHoldTheSame();
        var after = (await _scene.State()).Backups.ToList();
        foreach (var (old, now) in before.Zip(after))
            (now.Id, now.Type, now.Started, now.Completed, now.Oplog, now.ConsistentAt, now.Documents, now.Bytes).ShouldBe(
                (old.Id, old.Type, old.Started, old.Completed, old.Oplog, old.ConsistentAt, old.Documents, old.Bytes));

        // the chain goes on, and what was sealed again is the base of what comes
        await Rig.Fill("things", 500, 4);
        (await Rig.BackUpIncrement()).Slices.ShouldHaveSingleItem().Backup.Oplog!.After.ShouldBe(after[^1].Oplog!.Through);
        var next = (await Rig.BackUp()).Backup;
        (next.Epoch, next.NewBytes < next.StoredBytes / 2).ShouldBe((2u, true), $"{next.NewBytes} of {next.StoredBytes}");
        await Rig.Drop();
        (await Rig.Restore(after[0].Root)).Differences.ShouldBeEmpty();
        var request = await Rig.Choose(new RestoreQuery("latest", RestorePoint.At(after[^1].Oplog!.Through.Optime), []));
        await Rig.Restore(request);
        (await Rig.Collection("things").CountDocumentsAsync(new BsonDocument(), cancellationToken: BackupRig.Cancellation)).ShouldBe(70);
    }

    [Fact]
    public async Task Backups_made_meanwhile_are_sealed_under_the_new_epoch_and_both_epochs_can_be_read()
    {
        await _scene.Begin();
        Rig.Restart(TestRepository.Key, TestRepository.OtherKey);
        BackupId? made = null;
        Rig.Before = async (name, _, _) =>
        {
            if (name != "AssembleReencrypted" || made is not null) return;
            Rig.Before = null;
            await Rig.Fill("things", 900, 2);
            made = (await Rig.BackUpIncrement()).Slices.ShouldHaveSingleItem().Backup.Id;
            var epochs = (await _scene.State()).Backups.Select(b => b.Epoch).ToList();
            (epochs[0], epochs[^1]).ShouldBe((1u, 2u));
            using var unlocker = new KeyringUnlocker([TestRepository.KeySource(TestRepository.OtherKey)], [Rig.Repository.Memory.Head!.Keyring], null);
            foreach (var backup in (await _scene.State()).Backups) await OpenedBackup.Open(new DagContent(new(Rig.Repository.Nodes), backup.Root), unlocker, BackupRig.Cancellation);
        };
        (await Rig.RotateKeys()).Backups.ShouldBe(4);
        Rig.Restart(TestRepository.OtherKey);
        await _scene.ShouldBeClosedToTheOldKey();
        (await _scene.State()).Backups.Last().Id.ShouldBe(made!.Value);
    }

    [Fact]
    public async Task A_process_that_was_open_all_the_time_takes_over_the_new_keyring_or_says_that_its_key_is_another()
    {
        await _scene.Begin();
        using var prepared = Rig.Repository.Session(TestRepository.Key, TestRepository.OtherKey);
        using var forgotten = Rig.Repository.Session(TestRepository.Key);
        await prepared.Open(BackupRig.Cancellation);
        await forgotten.Open(BackupRig.Cancellation);
        Rig.Restart(TestRepository.Key, TestRepository.OtherKey);
        await Rig.RotateKeys();
        var repository = await prepared.Open(BackupRig.Cancellation);
        (repository.Keys.Current.Epoch, repository.Keyring.Digest).ShouldBe((2u, Rig.Repository.Memory.Head!.Keyring.Digest));
        await Rig.Repository.Manifest(prepared).Append([], null, BackupRig.Cancellation);
        (await Should.ThrowAsync<BackupException>(() => forgotten.Open(BackupRig.Cancellation))).Kind.ShouldBe(ErrorKind.WrongKey);
        (await Should.ThrowAsync<BackupException>(() => Rig.Repository.Manifest(forgotten).Append([], null, BackupRig.Cancellation))).Kind.ShouldBe(ErrorKind.WrongKey);
        Rig.Repository.Memory.Head!.Keyring.Epochs.ShouldBe([2u]);
    }

    [Fact]
    public async Task A_backup_that_waits_in_staging_is_delivered_before_and_sealed_again()
    {
        await _scene.Begin();
        foreach (var node in _scene.Nodes) node.Refused = NodeCalls.Import;
        await Rig.Fill("things", 800, 2);
        await Should.ThrowAsync<ActivityFailedException>(() => Rig.BackUp());
        Rig.StagedFiles.ShouldNotBeEmpty();
        foreach (var node in _scene.Nodes) node.Refused = NodeCalls.None;
        Rig.Restart(TestRepository.Key, TestRepository.OtherKey);
        (await Rig.RotateKeys()).Backups.ShouldBe(5);
        Rig.Restart(TestRepository.OtherKey);
        await _scene.ShouldBeClosedToTheOldKey();
    }

    [Fact]
    public async Task While_a_node_is_down_nothing_is_begun_and_when_it_goes_down_later_nothing_is_unpinned()
    {
        await _scene.Begin();
        Rig.Restart(TestRepository.Key, TestRepository.OtherKey);
        Rig.Repository.Second.Refused = NodeCalls.All;
        (await Should.ThrowAsync<ActivityFailedException>(() => Rig.RotateKeys())).Message.ShouldContain("node 2");
        Rig.Repository.Memory.Head!.Keyring.Epochs.ShouldBe([1u]);

        Rig.Repository.Second.Refused = NodeCalls.None;
        var old = Rig.Repository.First.Inner.PinNames.Keys.ToHashSet();
        Rig.After = name =>
        {
            if (name == "AssembleReencrypted") Rig.Repository.Second.Refused = NodeCalls.Import | NodeCalls.Pin;
            return Task.CompletedTask;
        };
        (await Should.ThrowAsync<ActivityFailedException>(() => Rig.RotateKeys())).Message.ShouldContain("node 2");
        Rig.Alerts.Events.ShouldContain("keys.rotation.failed:Error");
        Rig.Repository.First.Inner.PinNames.Keys.ShouldBe(Rig.Repository.First.Inner.PinNames.Keys.Union(old), ignoreOrder: true);
        Rig.Repository.Memory.Head!.Keyring.Epochs.ShouldBe([1u, 2u]);

        // from here on the new key alone is enough
        (Rig.After, Rig.Repository.Second.Refused) = (null, NodeCalls.None);
        Rig.Restart(TestRepository.OtherKey);
        await Rig.RotateKeys();
        await _scene.ShouldBeClosedToTheOldKey();
        await _scene.ShouldHoldTheSame();
    }

    [Fact]
    public async Task A_running_backup_is_not_cut_in_two_by_a_new_epoch()
    {
        await _scene.Begin();
        Rig.Restart(TestRepository.Key, TestRepository.OtherKey);
        await Rig.Locks.Take("full", LockMode.Shared, "a full backup", BackupRig.Cancellation);
        var error = await Should.ThrowAsync<ActivityFailedException>(() => Rig.RotateKeys());
        (error.Kind, Rig.Repository.Memory.Head!.Keyring.Epochs.Count).ShouldBe((ErrorKind.Locked, 1));
        error.Message.ShouldContain("a full backup");
    }

    [Fact]
    public async Task Without_a_new_key_or_with_the_same_nothing_is_begun()
    {
        await _scene.Begin(5);
        var none = await Should.ThrowAsync<ActivityFailedException>(() => Rig.RotateKeys());
        (none.Kind, none.Hint!.Contains("--new-key-file", StringComparison.Ordinal)).ShouldBe((ErrorKind.Configuration, true));
        Rig.Restart(TestRepository.Key, TestRepository.Key);
        var same = await Should.ThrowAsync<ActivityFailedException>(() => Rig.RotateKeys());
        (same.Kind, same.Reason).ShouldBe((ErrorKind.Configuration, "rotate keys: the new key is the one that is set already"));
        Rig.Restart(TestRepository.OtherKey, TestRepository.OtherKey);
        (await Should.ThrowAsync<ActivityFailedException>(() => Rig.RotateKeys())).Kind.ShouldBe(ErrorKind.WrongKey);
        Rig.Repository.Memory.Head!.Keyring.Digest.ShouldBe(_scene.OldKeyring.Digest);
    }

    [Fact]
    public async Task A_slot_of_somebody_else_is_gone_with_the_old_epoch()
    {
        await _scene.Begin(5);
        var third = Convert.ToBase64String(new byte[32].Select((_, i) => (byte)i).ToArray());
        await Rig.Repository.Slots(TestRepository.Key, third).Add("safe", BackupRig.Cancellation);
        Rig.Restart(TestRepository.Key, TestRepository.OtherKey);
        var result = await Rig.RotateKeys();
        result.Keys.ShouldSatisfyAllConditions(k => k.Slots.ShouldBe(["2"]), k => k.Removed.ShouldContain("safe"));
    }
}
