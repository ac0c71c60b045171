using System.Globalization;
using BackupFunctions.Ipfs;
using BackupFunctions.Notifications;
using BackupFunctions.Verification;

namespace BackupFunctions.Workflows;

/// <summary>
/// Checks every copy of a backup with the key, all at once: pinned, each block hashed (or a sample of them), each file opened and compared with the hash of its dump. What is wrong with a copy is a
/// result, told by an alert too, and no failure; nothing is repaired. It needs no lock, and for a root CID neither MongoDB nor a catalogue.
/// </summary>
public static class VerificationWorkflow
{
    /// <summary>The name under which hosts start it.</summary>
    public const string Name = "Verification";

    /// <summary>Runs it; deterministic.</summary>
    public static async Task<VerificationResult> Run(IWorkflowContext context, VerificationInput input)
    {
        WorkflowVersion.Require(Name, input.Version, VerificationInput.CurrentVersion);
        return await Delivery.TellingFailure(context, "notify/failed", AlertLevel.Error, AlertEvents.VerificationFailed, () => Verify(context, input));
    }

    private static async Task<VerificationResult> Verify(IWorkflowContext context, VerificationInput input)
    {
        context.SetStatus(new("plan", 0, 0, 0));
        var plan = await context.Call(VerificationActivities.Plan, "plan", new PlanVerificationInput(input.Backup));
        var progress = new VerificationProgress(context, plan.Nodes.Count);
        var seed = BitConverter.ToUInt32(context.NewId().ToByteArray());
        var copies = await Task.WhenAll(plan.Nodes.Select((name, node) => new CopyRun(context, progress, plan.Root, node, name).Verify(input.Share, seed)));
        var result = new VerificationResult(plan.Root, input.Share, copies, []);
        return await Tell(context, result) is { } silent ? result with { Warnings = [silent] } : result;
    }

    private static async Task<string?> Tell(IWorkflowContext context, VerificationResult result)
    {
        if (result.IsWhole) return await Delivery.Notify(context, "notify", AlertLevel.Info, AlertEvents.VerificationCompleted, $"verify {result.Root}: every copy is whole", new() { ["root"] = result.Root.ToString() }, result.Root.ToString());
        var faults = string.Join("; ", result.Copies.Where(c => !c.IsWhole).Select(c => $"{c.Node}: {c.Fault}"));
        return await Delivery.Notify(context, "notify", AlertLevel.Error, AlertEvents.VerificationFailed, $"verify {result.Root}: {faults}", new() { ["root"] = result.Root.ToString() }, result.Root.ToString());
    }

    /// <summary>The calls for one copy.</summary>
    private sealed class CopyRun(IWorkflowContext context, VerificationProgress progress, Cid root, int node, string name)
    {
        private const int MaxFaults = 8;

        private readonly List<string> _faults = [];
        private CopyVerification _copy = new(name, false, 0, 0, 0, 0, null);
        private long _bytes;

        public async Task<CopyVerification> Verify(double share, uint seed)
        {
            try
            {
                // what lacks a block cannot be opened whole
                if (await Blocks(share, seed) is { } problem) _faults.Add(problem);
                else await Files(share >= 1);
            }
            catch (ActivityFailedException e) when (e.Kind == ErrorKind.Failed)
            {
                // a node that cannot be reached says nothing about the other
                _faults.Add(e.Reason);
            }
            progress.Ended(node, _faults.Count == 0);
            return _copy with { Fault = _faults.Count == 0 ? null : string.Join("; ", _faults.Distinct().Take(MaxFaults)) };
        }

        // gives the first problem
        private async Task<string?> Blocks(double share, uint seed)
        {
            string? problem = null;
            long? next = 0;
            for (var turn = 0; next is { } from; turn++)
            {
                var found = await context.Call(VerificationActivities.VerifyBlocks, Key("blocks", turn), new VerifyBlocksInput(root, node, share, seed, from));
                _copy = _copy with
                {
                    Pinned = found.Pinned,
                    Blocks = _copy.Blocks + found.Total,
                    Hashed = _copy.Hashed + found.Hashed,
                    Missing = _copy.Missing + found.Missing,
                    Damaged = _copy.Damaged + found.Damaged,
                };
                (problem, next) = (problem ?? found.Problem, found.Next);
                progress.Hashed(node, _copy.Hashed);
            }
            if (!_copy.Pinned) _faults.Add($"{root} is not pinned");
            return problem;
        }

        private async Task Files(bool whole)
        {
            for (var (turn, next, total) = (0, 0, 1); next < total; turn++)
            {
                var found = await context.Call(VerificationActivities.VerifyFiles, Key("files", turn), new VerifyFilesInput(root, node, whole, next));
                _faults.AddRange(found.Findings);
                (next, total) = (found.Next, found.Total);
                progress.Opened(node, next, total, (_bytes += found.Bytes));
            }
        }

        private string Key(string step, int turn) => string.Create(CultureInfo.InvariantCulture, $"{step}/{node}/{turn}");
    }
}

/// <summary>Starts a verification of a backup by id, root CID or <c>latest</c>: the share of its leaves that are hashed, 0 &lt; share &lt;= 1; with 1 every file is read whole.</summary>
public sealed record VerificationInput(string Backup, double Share, int Version = VerificationInput.CurrentVersion)
{
    /// <summary>The version that this code runs.</summary>
    public const int CurrentVersion = 1;
}

/// <summary>What was found on each node.</summary>
public sealed record VerificationResult(Cid Root, double Share, IReadOnlyList<CopyVerification> Copies, IReadOnlyList<string> Warnings)
{
    /// <summary>Whether every node has a whole copy.</summary>
    public bool IsWhole => Copies.All(c => c.IsWhole);
}

/// <summary>One node's copy: blocks of the backup, those hashed, missing, and with wrong bytes; and what is wrong, or why it could not be checked.</summary>
public sealed record CopyVerification(string Node, bool Pinned, long Blocks, long Hashed, long Missing, long Damaged, string? Fault)
{
    /// <summary>Whether nothing is wrong with it.</summary>
    public bool IsWhole => Fault is null;
}
