using BackupFunctions.Backup;
using BackupFunctions.EndToEnd.Engine;
using BackupFunctions.Restore;
using BackupFunctions.Tests.Staging.Azurite;
using BackupFunctions.Workflows;

namespace BackupFunctions.EndToEnd.Staging;

/// <summary>Whole workflows whose activities run on several instances of the engine that stage in one container of blobs.</summary>
public sealed class ScatteredActivityTests(EngineServer server, AzuriteFixture fixture) : IClassFixture<EngineServer>
{
    /// <summary>How many instances take turns; null: each activity has one of its own.</summary>
    public static TheoryData<int?> Instances => new() { 2, (int?)null };

    [Theory, MemberData(nameof(Instances))]
    public async Task Full_incremental_resume_and_restore_need_nothing_but_the_catalogue_the_nodes_and_the_blobs(int? instances)
    {
        var azurite = await fixture.Azurite;
        var container = azurite.Container(azurite.NewContainer());
        using var run = new EngineRun(server, blobs: (azurite.ConnectionString, container.Name));
        // segments of several blocks
        await run.Fill("large", 0, 600, 20_000);
        await run.Fill("small", 0, 50, 100);

        using (var context = Scatter(run, instances))
        {
            var full = await FullBackupWorkflow.Run(context, new(2));
            full.Problems.ShouldBeEmpty();
            full.Backup.Documents.ShouldBe(650);
            context.Used.ShouldBe(instances ?? context.Used);
        }
        ShouldBeEmpty(container);

        await run.Fill("large", 600, 50, 20_000);
        using (var context = Scatter(run, instances))
            (await IncrementalBackupWorkflow.Run(context, new(2, IncrementalBackupInput.DefaultMaxBytes, TimeSpan.Zero))).Slices.ShouldHaveSingleItem().Problems.ShouldBeEmpty();

        await run.Fill("small", 50, 50, 100);
        using (var context = Scatter(run, instances, broken: BackupActivities.UploadToNode.Name))
            (await Should.ThrowAsync<ActivityFailedException>(() => FullBackupWorkflow.Run(context, new(2)))).Message.ShouldContain("the instance was lost");
        container.GetBlobs(cancellationToken: EngineRun.Cancellation).ShouldContain(b => b.Name.EndsWith($"/{StagedBackup.RecordName}", StringComparison.Ordinal));

        ResumeUploadsResult resumed;
        using (var context = new ScatteredContext(() => run.Open(), instances, e => e.DeliveryActivities())) resumed = await ResumeUploadsWorkflow.Run(context, new());
        resumed.Problems.ShouldBeEmpty();
        var backup = resumed.Delivered.ShouldHaveSingleItem().Backup;
        (backup.Type, backup.Documents, backup.IsDegraded).ShouldBe((BackupType.Full, 750, false));
        ShouldBeEmpty(container);
        // nothing waits on a disk
        Directory.GetFileSystemEntries(run.Directory).Select(Path.GetFileName).Order().ShouldBe(["catalogue", "recovery-kit.json", "vault1", "vault2"]);

        var (large, small) = (await run.Documents("large"), await run.Documents("small"));
        await run.Drop();
        using (var context = new ScatteredContext(() => run.Open(), instances, e => e.RestoreActivities(e.NewRestoreSession(), e.Source)))
        {
            var restored = await RestoreWorkflow.Run(context, new(new(backup.Root, [], [], Drop: false, Force: false), 2));
            (restored.Documents, restored.Differences.ShouldNotBeNull().SelectMany(d => d.Sentences).Count()).ShouldBe((750, 0));
        }
        (await run.Documents("large")).ShouldBe(large);
        (await run.Documents("small")).ShouldBe(small);
    }

    private static ScatteredContext Scatter(EngineRun run, int? instances, string? broken = null) => new(() => run.Open(), instances, e => e.BackupActivities()) { Broken = broken };

    private static void ShouldBeEmpty(Azure.Storage.Blobs.BlobContainerClient container) => container.GetBlobs(cancellationToken: EngineRun.Cancellation).ShouldBeEmpty();
}
