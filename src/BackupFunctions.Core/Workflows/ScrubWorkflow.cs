using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Manifest;
using BackupFunctions.Notifications;
using BackupFunctions.Repositories.Locking;
using BackupFunctions.Verification.Scrubbing;

namespace BackupFunctions.Workflows;

/// <summary>
/// Reads one slice of the blocks of every copy, all copies at once, and heals what is missing or damaged from the others; lost pins are set again. What was found is recorded and told, and is no
/// failure. The lock of the repository is held for a turn of some minutes at a time, so that nobody who wants it for himself waits for the end.
/// </summary>
public static class ScrubWorkflow
{
    /// <summary>The name under which hosts start it.</summary>
    public const string Name = "Scrub";

    /// <summary>Runs it; deterministic.</summary>
    public static async Task<ScrubResult> Run(IWorkflowContext context, ScrubInput input)
    {
        WorkflowVersion.Require(Name, input.Version, ScrubInput.CurrentVersion);
        return await Delivery.TellingFailure(context, "notify/failed", AlertLevel.Error, AlertEvents.ScrubFailed, () => Scrub(context, input));
    }

    private static async Task<ScrubResult> Scrub(IWorkflowContext context, ScrubInput input)
    {
        context.SetStatus(new("plan", 0, 0, 0));
        var run = context.NewId().ToString("N", CultureInfo.InvariantCulture);
        var plan = await context.Call(ScrubActivities.Plan, "plan", new PlanScrubInput(input.Slices));
        var progress = new ScrubProgress(context, plan.Copies.Count);
        var copies = await Task.WhenAll(plan.Copies.Select((copy, node) => new CopyScrub(context, progress, node, input.Slices, run, context.NewId()).Run(copy)));
        var warnings = new List<string>();
        var changes = copies.Where(c => c.Fault is null).Select(c => c.ToChange(context.UtcNow)).ToList<ManifestChange>();
        if (changes.Count > 0)
        {
            context.SetStatus(new("record", 0, 1, 0));
            warnings.AddRange(await RepositoryHold.During(context, "record/", "a scrub", LockMode.Shared, async hold =>
                (await context.Call(BackupActivities.UpdateManifest, "manifest", new RecordInput(changes, hold.Holder.Fence))).Problems));
        }
        var result = new ScrubResult(copies, warnings);
        return await Tell(context, result) is { } silent ? result with { Warnings = [.. warnings, silent] } : result;
    }

    private static async Task<string?> Tell(IWorkflowContext context, ScrubResult result)
    {
        var found = result.Copies.Where(c => c.Fault is not null || c.Healed + c.Repinned + c.Lost + c.Unhealed > 0).ToList();
        if (found.Count == 0) return await Delivery.Notify(context, "notify", AlertLevel.Info, AlertEvents.ScrubCompleted, string.Create(CultureInfo.InvariantCulture, $"scrub: {result.Copies.Sum(c => c.Hashed)} blocks are as they should be"), []);
        var level = result.Lost + result.Unhealed > 0 ? AlertLevel.Error : result.IsComplete ? AlertLevel.Info : AlertLevel.Warning;
        var details = new Dictionary<string, string>();
        if (result.Affected.Count > 0) details["backups"] = string.Join(' ', result.Affected);
        return await Delivery.Notify(context, "notify", level, AlertEvents.ScrubFinding, $"scrub: {string.Join("; ", found)}", details, level == AlertLevel.Error ? null : Telemetry.Human.Word(level));
    }
}

/// <summary>Starts a scrub that reads one of so many slices of the blocks of each copy, 1 to 1000; 1 is all of them.</summary>
public sealed record ScrubInput(int Slices, int Version = ScrubInput.CurrentVersion)
{
    /// <summary>The version that this code runs.</summary>
    public const int CurrentVersion = 1;
}

/// <summary>What was found in each copy.</summary>
public sealed record ScrubResult(IReadOnlyList<ScrubbedCopy> Copies, IReadOnlyList<string> Warnings)
{
    /// <summary>Blocks that no copy has.</summary>
    public long Lost => Copies.Sum(c => c.Lost);

    /// <summary>Blocks that could not be healed although a copy may have them.</summary>
    public long Unhealed => Copies.Sum(c => c.Unhealed);

    /// <summary>Whether every copy was read.</summary>
    public bool IsComplete => Copies.All(c => c.Fault is null);

    /// <summary>The backups that are not whole on some node.</summary>
    public IReadOnlyList<BackupId> Affected => [.. Copies.SelectMany(c => c.Affected).Distinct().Order()];
}

/// <summary>
/// One copy: the slice that was read (from 0) of how many, blocks that were read and are good, those healed, pins that were set again, blocks that no copy has, those that could not be brought, the
/// backups that the last two affect, the first problem; and why it was not read to its end.
/// </summary>
public sealed record ScrubbedCopy(
    string Node, string? NodeId, int Slice, int Slices, long Hashed, long Healed, long Repinned, long Lost, long Unhealed, IReadOnlyList<BackupId> Affected, string? Problem, string? Fault)
{
    /// <summary>The entry in the manifest.</summary>
    internal ScrubRecorded ToChange(DateTimeOffset at) => new(NodeId!, Node, at, Slice, Slices, Hashed, Healed, Lost, Unhealed, Affected);

    /// <summary>A sentence for people.</summary>
    public override string ToString()
    {
        if (Fault is not null) return $"{Node} was not read to its end: {Fault}";
        var backups = Affected.Count > 0 ? $", in the backups {string.Join(", ", Affected)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{Node}: {Healed} blocks healed, {Repinned} pins set again, {Lost} blocks that no copy has, {Unhealed} that could not be brought{backups}; the first: {Problem}");
    }
}
