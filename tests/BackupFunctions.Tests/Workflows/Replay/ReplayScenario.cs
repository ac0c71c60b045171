using System.Text;
using BackupFunctions.Backup;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using BackupFunctions.Serialization;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Workflows;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Workflows.Replay;

/// <summary>
/// A run of a real workflow over real activities: which workflow, what is there before, how the world behaves meanwhile, and what has to be in its history, so that it is the run that its name says.
/// </summary>
internal sealed record ReplayScenario(Type Workflow, Func<BackupRig, Task<JsonWorkflow>> Prepare, string EndsWith, params IReadOnlyList<string> Keys)
{
    private const string Both = "\"problems\":[]";

    private static readonly BsonDocument s_capped = new() { { "create", "journal" }, { "capped", true }, { "size", 1 << 20 } };

    /// <summary>The timers that elapse, by number; without one, answers come in other orders too.</summary>
    public IReadOnlyList<int> Elapsing { get; init; } = [];

    /// <summary>Runs in place of an activity, which it may run.</summary>
    public Func<WorkflowCall, Func<Task<string>>, Task<string>>? Around { get; init; }

    /// <summary>All, by name.</summary>
    public static IReadOnlyDictionary<string, ReplayScenario> All { get; } = new Dictionary<string, ReplayScenario>(StringComparer.Ordinal)
    {
        ["a full backup"] = new(typeof(FullBackupWorkflow), Filled(Full), Both, "dump/5", "oplog/0", "pin/1/0", "manifest", "cleanup", "notify"),
        ["a full backup that takes minutes"] = new(typeof(FullBackupWorkflow), Filled(Full), Both, "full/lock/renew/1", "oplog/2", "manifest") { Elapsing = [0, 2, 3] },
        ["a full backup with a local vault"] = new(typeof(FullBackupWorkflow), Filled(Full, rig => rig.LocalVault = new FaultyNode(new("vault"))), Both, "pin/2/0"),
        ["a full backup with one node down"] = new(typeof(FullBackupWorkflow), Filled(Full, rig => At(rig, "UploadToNode", () => rig.Repository.Second.Refused = NodeCalls.All)), "\"problems\":[\"", "upload/1/0", "manifest"),
        ["a full backup with both nodes down"] = new(typeof(FullBackupWorkflow), Filled(Full, Outage), "on any node", "upload/0/0", "upload/1/0", "notify"),
        ["a full backup whose dump fails"] = new(typeof(FullBackupWorkflow), Filled(Full), "the connection broke", "dump/5", "discard", "notify") { Around = (call, run) => call.Key == "dump/5" ? throw Broken(call) : run() },
        ["a full backup that cannot tell anybody"] = new(typeof(FullBackupWorkflow), Filled(Full, rig => rig.Alerts.Fails = true), "the receiver is down", "notify"),
        ["a full backup that begins anew after a rename"] = new(typeof(FullBackupWorkflow), Renamed, Both, "attempt/2/plan", "attempt/2/dump/0", "discard"),
        ["a full backup that stores what waited in staging"] = new(typeof(FullBackupWorkflow), Waiting(Full), "waited in staging", "resume/staged/0/manifest", "resume/notify/0"),
        ["an incremental backup of several slices"] = new(typeof(IncrementalBackupWorkflow), Written(Incremental(10_000)), Both, "capture/3", "slice/4/manifest", "slice/4/notify"),
        ["an incremental backup that takes minutes"] = new(typeof(IncrementalBackupWorkflow), Written(Incremental(10_000)), Both, "incremental/lock/renew/2", "slice/4/manifest") { Elapsing = [0, 1, 2, 3] },
        ["an incremental backup without a full one"] = new(typeof(IncrementalBackupWorkflow), Filled(Incremental()), Both, "plan/incremental", "full/lock/take", "dump/5", "manifest"),
        ["an incremental backup behind a gap"] = new(typeof(IncrementalBackupWorkflow), Gap, "rolledOver", "notify/gap/1", "dump/0", "manifest"),
        ["an incremental backup before what no replay can pass"] = new(typeof(IncrementalBackupWorkflow), Barrier, "notReplayable", "slice/1/manifest", "notify/gap/1", "dump/0", "manifest"),
        ["an incremental backup with both nodes down"] = new(typeof(IncrementalBackupWorkflow), Written(Incremental(10_000), Outage), "on any node", "slice/1/upload/0/0", "slice/4/assemble", "notify/failed"),
        ["an incremental backup of nothing new"] = new(typeof(IncrementalBackupWorkflow), rig => Backed(rig, Incremental()), "\"slices\":[]", "discard/1"),
        ["an incremental backup that merges slices"] = new(typeof(IncrementalBackupWorkflow), Slices, "\"warnings\":[]", "merge/0/gather", "merge/0/pin/1/0", "merge/0/manifest", "merge/0/remove"),
        ["a verification"] = new(typeof(VerificationWorkflow), rig => Backed(rig, Verification), "\"warnings\":[]", "plan", "blocks/0/0", "files/1/0"),
        ["a verification of a lost copy"] = new(typeof(VerificationWorkflow), async rig => await Backed(rig, Verification, () => rig.Repository.Second.Inner.Blocks.Clear()), "missing", "blocks/1/0", "files/0/0", "notify"),
        ["a retention that removes and unpins"] = new(typeof(RetentionWorkflow), Outdated, "\"unpinned\":1", "mark"),
        ["a rotation of keys"] = new(typeof(RotateKeysWorkflow), rig => Backed(rig, Rotation(reEncrypt: false), () => rig.Restart(rig.Key, TestRepository.OtherKey)), "\"reEncrypted\":false", "slots"),
        ["a rotation that seals everything again"] = new(typeof(RotateKeysWorkflow), rig => Backed(rig, Rotation(reEncrypt: true), () => rig.Restart(rig.Key, TestRepository.OtherKey)), "\"reEncrypted\":true", "plan", "start/epoch"),
        ["a scrub"] = new(typeof(ScrubWorkflow), rig => Backed(rig, Scrub), "\"warnings\":[]", "plan", "turn/0/0", "turn/1/0", "manifest"),
        ["a scrub of damaged copies"] = new(typeof(ScrubWorkflow), Damaged, "\"lost\":1", "turn/0/0", "turn/1/1", "pin/1/0/0", "manifest", "notify"),
        ["a restore drill"] = new(typeof(RestoreDrillWorkflow), rig => Backed(rig, Drill), "\"outcome\":\"proven\"", "plan", "drill", "lock/take", "manifest", "notify"),
        ["a restore drill that fails"] = new(typeof(RestoreDrillWorkflow), rig => Backed(rig, Drill, () =>
        {
            rig.Repository.First.Inner.Blocks.Clear();
            rig.Repository.Second.Inner.Blocks.Clear();
        }), "\"outcome\":\"failed\"", "drill", "manifest", "notify"),
        ["uploads that wait in staging"] = new(typeof(ResumeUploadsWorkflow), Waiting(Resume), Both, "staged/0/manifest", "notify/0"),
        ["copies that are missing"] = new(typeof(ResumeUploadsWorkflow), Degraded, Both, "copy/1/pin/1/0", "manifest/0", "copy/1/cleanup", "notify"),
        ["copies whose staging is gone"] = new(typeof(ResumeUploadsWorkflow), async rig => await Degraded(rig, rig.ForgetStaged), Both, "copy/1/copy/1/0", "manifest/0"),
        ["copies that a node does not take"] = new(typeof(ResumeUploadsWorkflow), async rig => await Degraded(rig, () => rig.Repository.Second.Refused = NodeCalls.Import), "\"problems\":[\"", "notify"),
        ["a restore"] = new(typeof(RestoreWorkflow), rig => Restore(rig, slices: false), "\"differences\":[]", "load/0", "indexes/2", "compare/2", "finish"),
        ["a restore with slices"] = new(typeof(RestoreWorkflow), rig => Restore(rig, slices: true), "\"applied\":", "load/0", "replay/0", "indexes/2", "finish"),
        ["a restore that finds something else"] = new(typeof(RestoreWorkflow), async rig => { var run = await Restore(rig, slices: false); await rig.Fill("things", 0, 1, version: 3); return run; }, "exist already", "plan"),
        ["a restore of many units"] = new(typeof(RestoreWorkflow), rig => Restore(rig, slices: false), "\"documents\":300", "load/7", "indexes/2", "finish") { Around = ManyUnits(null) },
        ["a restore whose last unit fails"] = new(typeof(RestoreWorkflow), rig => Restore(rig, slices: false), "the connection broke", "load/7") { Around = ManyUnits("load/7") },
    };

    private static Task<string> Full(IWorkflowContext context) => Json(FullBackupWorkflow.Run(context, new(3)));

    private static Task<string> Resume(IWorkflowContext context) => Json(ResumeUploadsWorkflow.Run(context, new()));

    private static Task<string> Verification(IWorkflowContext context) => Json(VerificationWorkflow.Run(context, new("latest", 1)));

    private static Task<string> Scrub(IWorkflowContext context) => Json(ScrubWorkflow.Run(context, new(1)));

    private static Task<JsonWorkflow> Damaged(BackupRig rig) => Backed(rig, Scrub, () =>
    {
        var (first, second) = (rig.Repository.First.Inner, rig.Repository.Second.Inner);
        var leaves = first.Blocks.OrderByDescending(b => b.Value.Length).Take(2).Select(b => b.Key).ToList();
        first.Blocks.TryRemove(leaves[0], out _);
        second.Blocks.TryRemove(leaves[0], out _);
        first.Blocks.TryRemove(leaves[1], out _);
        second.PinNames.TryRemove(second.PinNames.First(p => p.Value.EndsWith("/backup", StringComparison.Ordinal)).Key, out _);
    });

    private static Task<string> Drill(IWorkflowContext context) => Json(RestoreDrillWorkflow.Run(context, new(null)));

    private static JsonWorkflow Incremental(long maxBytes = IncrementalBackupInput.DefaultMaxBytes) =>
        context => Json(IncrementalBackupWorkflow.Run(context, new(3, maxBytes, TimeSpan.Zero)));

    private static async Task<string> Json<T>(Task<T> result) => Encoding.UTF8.GetString(EngineJson.Write(await result));

    private static Func<BackupRig, Task<JsonWorkflow>> Filled(JsonWorkflow run, Action<BackupRig>? meanwhile = null) => async rig =>
    {
        await rig.Fill("things", 0, 600);
        meanwhile?.Invoke(rig);
        return run;
    };

    private static async Task<JsonWorkflow> Backed(BackupRig rig, JsonWorkflow run, Action? then = null)
    {
        await rig.Fill("things", 0, 600);
        await rig.BackUp();
        rig.Repository.Time.Advance(TimeSpan.FromMinutes(1));
        then?.Invoke();
        return run;
    }

    private static JsonWorkflow Rotation(bool reEncrypt) => context => Json(RotateKeysWorkflow.Run(context, new(reEncrypt)));

    // of three full backups the first is marked already, long ago
    private static async Task<JsonWorkflow> Outdated(BackupRig rig)
    {
        rig.Retention = new(new(Days: 0, Last: 1), TimeSpan.FromHours(48), 7);
        await Backed(rig, Full);
        await rig.BackUp();
        await rig.Retain();
        await rig.BackUp();
        rig.Repository.Time.Advance(TimeSpan.FromHours(50));
        return context => Json(RetentionWorkflow.Run(context, new()));
    }

    private static async Task<JsonWorkflow> Slices(BackupRig rig)
    {
        await Backed(rig, Full);
        foreach (var from in new[] { 600, 610, 620 })
        {
            await rig.Fill("things", from, 10);
            await rig.BackUpIncrement();
        }
        rig.Repository.Time.Advance(TimeSpan.FromHours(2));
        return Incremental();
    }

    private static Func<BackupRig, Task<JsonWorkflow>> Written(JsonWorkflow run, Action<BackupRig>? meanwhile = null) => async rig =>
    {
        await Backed(rig, run);
        await rig.Fill("things", 600, 20);
        meanwhile?.Invoke(rig);
        return run;
    };

    private static Func<BackupRig, Task<JsonWorkflow>> Waiting(JsonWorkflow run) => async rig =>
    {
        await rig.Fill("things", 0, 100);
        await rig.BackUp();
        await rig.Fill("things", 100, 50);
        Outage(rig);
        await Should.ThrowAsync<ActivityFailedException>(() => rig.BackUp());
        rig.Before = null;
        rig.Repository.First.Refused = rig.Repository.Second.Refused = NodeCalls.None;
        return run;
    };

    private static Task<JsonWorkflow> Degraded(BackupRig rig) => Degraded(rig, () => { });

    private static async Task<JsonWorkflow> Degraded(BackupRig rig, Action then)
    {
        await rig.Fill("things", 0, 300);
        At(rig, "UploadToNode", () => rig.Repository.Second.Refused = NodeCalls.All);
        (await rig.BackUp()).Backup.IsDegraded.ShouldBeTrue();
        rig.Before = null;
        rig.Repository.Second.Refused = NodeCalls.None;
        then();
        return Resume;
    }

    private static async Task<JsonWorkflow> Renamed(BackupRig rig)
    {
        // a capped collection cannot be read as of one cluster time
        var database = rig.Collection("things").Database;
        await database.RunCommandAsync<BsonDocument>(s_capped, cancellationToken: BackupRig.Cancellation);
        await rig.Fill("journal", 0, 20);
        await rig.Fill("things", 0, 600);
        var renamed = 0;
        rig.Before = async (name, _, token) =>
        {
            if (name == "DumpAndEncrypt" && Interlocked.Exchange(ref renamed, 1) == 0) await database.RenameCollectionAsync("things", "stuff", cancellationToken: token);
        };
        return Full;
    }

    private static async Task<JsonWorkflow> Gap(BackupRig rig)
    {
        await Backed(rig, Full);
        await rig.Fill("things", 600, 5);
        var newest = (await rig.NewestMark())!;
        rig.Oplog = source => new AlteredOplog(source, mark => mark.Optime < newest.Optime, newest.Optime);
        return Incremental();
    }

    private static async Task<JsonWorkflow> Barrier(BackupRig rig)
    {
        await Backed(rig, Full);
        await rig.Fill("things", 600, 5);
        await rig.ChangeFeatureCompatibility();
        return Incremental();
    }

    private static async Task<JsonWorkflow> Restore(BackupRig rig, bool slices)
    {
        foreach (var name in new[] { "things", "stuff", "rest" }) await rig.Fill(name, 0, 100);
        var full = (await rig.BackUp()).Backup.Root;
        await rig.Fill("things", 100, 20);
        List<BackupFunctions.Ipfs.Cid> behind = slices ? [.. (await rig.BackUpIncrement()).Slices.Select(s => s.Backup.Root)] : [];
        await rig.Drop();
        return context => Json(RestoreWorkflow.Run(context, new(new(full, [], [], false, false) { Slices = behind }, 3) { Target = "mongodb://db.example" }));
    }

    // a unit is some hundred megabytes: those behind the first are made up
    private static Func<WorkflowCall, Func<Task<string>>, Task<string>> ManyUnits(string? failing) => async (call, run) =>
    {
        if (call.Key == failing) throw Broken(call);
        if (call.Key == "plan") return (await run()).Replace("\"units\":1,", "\"units\":8,", StringComparison.Ordinal);
        return call.Activity == RestoreActivities.Load.Name && call.Key != "load/0" ? Encoding.UTF8.GetString(EngineJson.Write(new LoadResult(0, 0, 0))) : await run();
    };

    private static BackupException Broken(WorkflowCall call) => new(ErrorKind.Failed, $"{call.Key}: the connection broke", "mend it");

    private static void Outage(BackupRig rig) => At(rig, "UploadToNode", () => rig.Repository.First.Refused = rig.Repository.Second.Refused = NodeCalls.Import);

    private static void At(BackupRig rig, string activity, Action action) => rig.Before = (name, _, _) =>
    {
        if (name == activity) action();
        return Task.CompletedTask;
    };
}
