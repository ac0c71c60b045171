using BackupFunctions.Api.Hosting;
using BackupFunctions.Api.Restores;
using BackupFunctions.Backup;
using BackupFunctions.Configuration;
using BackupFunctions.EndToEnd.Conformance;
using BackupFunctions.Ipfs;
using BackupFunctions.Restore;
using BackupFunctions.Workflows;

namespace BackupFunctions.EndToEnd.Serving;

/// <summary>A journal that another release left.</summary>
public sealed class WorkflowVersionTests
{
    private const int Other = 99;

    private static readonly Dictionary<string, object> Inputs = new()
    {
        [FullBackupWorkflow.Name] = new FullBackupInput(1, Other),
        [IncrementalBackupWorkflow.Name] = new IncrementalBackupInput(1, 1, TimeSpan.Zero, Other),
        [ResumeUploadsWorkflow.Name] = new ResumeUploadsInput(Other),
        [RetentionWorkflow.Name] = new RetentionInput(Other),
        [VerificationWorkflow.Name] = new VerificationInput("latest", 1, Other),
        [ScrubWorkflow.Name] = new ScrubInput(4, Other),
        [RestoreDrillWorkflow.Name] = new DrillInput(null, Other),
        [RotateKeysWorkflow.Name] = new RotateKeysInput(true, null, Other),
        [RestoreWorkflow.Name] = new TargetedRestore(new(new(Cid.Parse("bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"), [], [], false, false), 1, Other), new("mongodb://db.example", "sealed elsewhere")),
    };

    public static TheoryData<string> Workflows => [.. Inputs.Keys];

    [Theory, MemberData(nameof(Workflows))]
    public async Task A_run_of_another_version_fails_before_it_does_anything(string workflow)
    {
        var id = WorkflowKinds.IdOf(workflow);
        await using var server = await RunningServer.Start(RunningServer.Nowhere, settings => Journal(settings[SettingNames.Journal], workflow, id));
        var ended = await server.Http.Ended(id, "?showHistory=true");
        ended.GetProperty("runtimeStatus").GetString().ShouldBe("Failed");
        ended.GetProperty("output").GetString().ShouldBe($"start the workflow: version {Other} is unknown, this host runs 1 (start it again)");
        ended.GetProperty("historyEvents").EnumerateArray().Select(e => e.GetProperty("EventType").GetString()).ShouldBe(["ExecutionStarted", "ExecutionCompleted"]);
    }

    [Fact]
    public async Task A_workflow_of_another_release_fails_by_its_name()
    {
        await using var server = await RunningServer.Start(RunningServer.Nowhere, settings => Journal(settings[SettingNames.Journal], "Compaction", "compaction"));
        (await server.Http.Ended("compaction")).GetProperty("output").GetString().ShouldNotBeNull().ShouldStartWith("run the workflow Compaction: this host knows none of this name");
    }

    private static void Journal(string path, string workflow, string id) => LeftJournal.Write(path, id, workflow, Inputs.GetValueOrDefault(workflow, new object()));
}
