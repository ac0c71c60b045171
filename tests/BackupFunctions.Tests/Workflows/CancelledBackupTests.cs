using BackupFunctions.Tests.Mongo.Server;

namespace BackupFunctions.Tests.Workflows;

/// <summary>A backup that is cancelled before it has a root leaves nothing in staging; one that has a root waits there.</summary>
public sealed class CancelledBackupTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly BackupRig _rig = new(server);

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData("DumpAndEncrypt", false)]
    [InlineData("CaptureOplog", false)]
    [InlineData("Assemble", false)]
    [InlineData("UploadToNode", true)]
    public async Task A_full_backup(string activity, bool waits)
    {
        await _rig.Fill("things", 0, 300);
        await Cancelled(activity, token => _rig.BackUp(cancellationToken: token));
        (_rig.StagedFiles.Count > 0).ShouldBe(waits);
        (await _rig.BackUp()).Backup.IsDegraded.ShouldBeFalse();
        _rig.StagedFiles.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("CaptureOplog", false)]
    [InlineData("Assemble", false)]
    [InlineData("UploadToNode", true)]
    public async Task An_incremental_backup(string activity, bool waits)
    {
        await _rig.Fill("things", 0, 10);
        await _rig.BackUp();
        await _rig.Fill("things", 10, 300);
        await Cancelled(activity, token => _rig.BackUpIncrement(cancellationToken: token));
        (_rig.StagedFiles.Count > 0).ShouldBe(waits);
        (await _rig.BackUpIncrement()).Slices.ShouldNotBeEmpty();
        _rig.StagedFiles.ShouldBeEmpty();
    }

    private async Task Cancelled(string activity, Func<CancellationToken, Task> run)
    {
        using var stop = new CancellationTokenSource();
        _rig.Before = async (name, _, token) =>
        {
            if (name != activity) return;
            await stop.CancelAsync();
            token.ThrowIfCancellationRequested();
        };
        await Should.ThrowAsync<OperationCanceledException>(() => run(stop.Token));
        _rig.Before = null;
    }
}
