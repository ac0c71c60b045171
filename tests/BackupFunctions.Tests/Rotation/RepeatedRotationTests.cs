using BackupFunctions.Tests.Encryption;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Tests.Workflows;

namespace BackupFunctions.Tests.Rotation;

/// <summary>A rotation that seals everything again, asked for once more with the same keys or after other changes of the keyring.</summary>
public sealed class RepeatedRotationTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private static readonly string ThirdKey = Convert.ToBase64String(new SeededRandomSource(13).Bytes(32));

    private readonly RotationScene _scene = new(server);

    private BackupRig Rig => _scene.Rig;

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task One_that_ended_is_not_repeated_and_says_so()
    {
        await _scene.Begin(5);
        await Rotate(TestRepository.Key, TestRepository.OtherKey);
        var (head, pins) = (Rig.Repository.Memory.Head!, _scene.Nodes.Select(n => n.Inner.PinNames.Count).ToList());
        var told = Rig.Alerts.All.Count;

        var again = await Rig.RotateKeys();
        again.ShouldSatisfyAllConditions(
            r => r.WasComplete.ShouldBeTrue(), r => r.Backups.ShouldBe(0), r => r.Keys.Epoch.ShouldBe(2u), r => r.Keys.Slots.ShouldBe(["2"]), r => r.Keys.Added.ShouldBeEmpty(), r => r.Warnings.ShouldBeEmpty());
        (Rig.Repository.Memory.Head!.Revision, Rig.Repository.Memory.Head!.Keyring.Digest, Rig.Alerts.All.Count).ShouldBe((head.Revision, head.Keyring.Digest, told));
        _scene.Nodes.Select(n => n.Inner.PinNames.Count).ShouldBe(pins);

        // a backup and a slot for somebody else change nothing about that
        await Rig.Fill("things", 700, 3);
        await Rig.BackUpIncrement();
        await Rig.Repository.Slots(TestRepository.OtherKey, ThirdKey).Add("safe", BackupRig.Cancellation);
        (await Rig.RotateKeys()).WasComplete.ShouldBeTrue();
    }

    [Fact]
    public async Task After_a_rotation_of_slots_alone_everything_is_sealed_again()
    {
        await _scene.Begin(5, fulls: 1);
        Rig.Restart(TestRepository.Key, TestRepository.OtherKey);
        await Rig.RotateKeys(reEncrypt: false);
        // the old key has had this epoch
        (await Rotate(TestRepository.Key, TestRepository.OtherKey)).Backups.ShouldBe(2);
        await _scene.ShouldBeClosedToTheOldKey();

        // and another one was put in the place of the new one
        Rig.Restart(TestRepository.OtherKey, ThirdKey);
        await Rig.RotateKeys(reEncrypt: false);
        var third = await Rotate(TestRepository.OtherKey, ThirdKey);
        (third.WasComplete, third.Backups, third.Keys.Epoch).ShouldBe((false, 2, 3u));
    }

    [Fact]
    public async Task A_key_that_was_let_in_again_and_out_has_had_the_new_epoch_too()
    {
        await _scene.Begin(5, fulls: 1);
        await Rotate(TestRepository.Key, TestRepository.OtherKey);
        await Rig.Repository.Slots(TestRepository.OtherKey, TestRepository.Key).Add("back", BackupRig.Cancellation);
        await Rig.Repository.Slots(TestRepository.OtherKey).Remove("back", BackupRig.Cancellation);
        var again = await Rotate(TestRepository.Key, TestRepository.OtherKey);
        (again.WasComplete, again.Backups, again.Keys.Epoch).ShouldBe((false, 2, 3u));
    }

    private Task<BackupFunctions.Workflows.RotateKeysResult> Rotate(string old, string added)
    {
        Rig.Restart(old, added);
        return Rig.RotateKeys();
    }
}
