using BackupFunctions.Repositories.Locking;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Tests.Workflows;
using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Rotation;

/// <summary>A rotation that has begun an epoch, and finds the repository in use when it wants it for itself.</summary>
public sealed class BusyRepositoryTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private const string Other = "a long backup";

    private readonly RotationScene _scene = new(server);

    private BackupRig Rig => _scene.Rig;

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task It_waits_for_a_backup_that_ends()
    {
        await _scene.Begin(5, fulls: 1);
        await DuringABackup(refusals: 3, async refused =>
        {
            (await Rig.RotateKeys()).Backups.ShouldBe(2);
            refused().ShouldBe(3);
        });
        await _scene.ShouldBeClosedToTheOldKey();
    }

    [Fact]
    public async Task It_waits_no_longer_than_an_hour_and_goes_on_when_it_is_run_again()
    {
        await _scene.Begin(5, fulls: 1);
        await DuringABackup(refusals: int.MaxValue, async refused =>
        {
            var error = await Should.ThrowAsync<ActivityFailedException>(() => Rig.RotateKeys());
            (error.Kind, refused()).ShouldBe((ErrorKind.Locked, 61));
            error.Reason.ShouldContain(Other);
        });
        Rig.Repository.Memory.Head!.Keyring.Epochs.ShouldBe([1u, 2u]);
        (await _scene.State()).Backups.ShouldAllBe(b => b.Epoch == 2);
        Rig.Restart(TestRepository.OtherKey);
        await Rig.RotateKeys();
        await _scene.ShouldBeClosedToTheOldKey();
        await _scene.ShouldHoldTheSame();
    }

    // the other takes its lock when everything is sealed again, keeps it while time passes, and gives it up after so many refusals
    private async Task DuringABackup(int refusals, Func<Func<int>, Task> act)
    {
        Rig.Restart(TestRepository.Key, TestRepository.OtherKey);
        using var gate = new SemaphoreSlim(1);
        var (sealing, refused, isHeld) = (0, 0, false);
        Rig.Before = async (name, input, _) =>
        {
            if (name == "AssembleReencrypted") sealing++;
            if (input is not TakeLockInput { Mode: LockMode.Exclusive } || sealing < 2) return;
            await gate.WaitAsync(BackupRig.Cancellation);
            isHeld = refused < refusals;
            if (isHeld) refused++;
            await (isHeld ? Rig.Locks.Take("other", LockMode.Shared, Other, BackupRig.Cancellation) : Rig.Locks.Release("other", BackupRig.Cancellation));
            gate.Release();
        };
        using var over = CancellationTokenSource.CreateLinkedTokenSource(BackupRig.Cancellation);
        var passing = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, CancellationToken.None);
                await gate.WaitAsync(CancellationToken.None);
                if (isHeld)
                {
                    Rig.Repository.Time.Advance(TimeSpan.FromMinutes(1));
                    await Rig.Locks.Take("other", LockMode.Shared, Other, CancellationToken.None);
                }
                gate.Release();
            }
        }, BackupRig.Cancellation);
        try
        {
            await act(() => refused);
        }
        finally
        {
            await over.CancelAsync();
            await passing;
            Rig.Before = null;
            await Rig.Locks.Release("other", BackupRig.Cancellation);
        }
    }
}
