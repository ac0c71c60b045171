using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Notifications;
using BackupFunctions.Repositories.Locking;
using BackupFunctions.Retention;
using BackupFunctions.Rotation;

namespace BackupFunctions.Workflows;

/// <summary>
/// Rotates keys. Without re-encryption the new key takes the place of the old one in the keyring, and that is all. With it everything is brought to every node first; a new epoch begins;
/// every listed backup is sealed again under it, delivered and verified, one after the other, while other runs go on; and when nothing of older epochs is listed, what is sealed under them
/// is unpinned on every node, and they leave the keyring. All that has to be remembered stands in the keyring, the manifest and staging, so that it can be stopped anywhere and run again; where it ended
/// already there is nothing to do. Until an epoch is begun a repository in use ends it at once; from then on it waits for an hour each time.
/// </summary>
public static class RotateKeysWorkflow
{
    /// <summary>The name under which hosts start it.</summary>
    public const string Name = "RotateKeys";

    // what another host stages under an older epoch comes to light when it is recorded
    private const int MaxRounds = 8;

    // a backup of everything may take longer; then it ends, and goes on when it is run again
    private const int PatientMinutes = 60;

    /// <summary>Runs it; deterministic.</summary>
    public static async Task<RotateKeysResult> Run(IWorkflowContext context, RotateKeysInput input)
    {
        WorkflowVersion.Require(Name, input.Version, RotateKeysInput.CurrentVersion);
        context.SetStatus(new("rotate", 0, 1, 0));
        try
        {
            var result = input.ReEncrypt ? await new Reencryption(context, input.SlotId).Run() : Only(await context.Call(RotationActivities.RotateSlots, "slots", new RotateSlotsInput(input.SlotId)));
            if (result.WasComplete) return result;
            var silent = await Delivery.Notify(context, "notify", AlertLevel.Info, AlertEvents.KeysRotated, Message(result), Details(result));
            return silent is null ? result : result with { Warnings = [.. result.Warnings, silent] };
        }
        catch (ActivityFailedException e)
        {
            await Delivery.NotifyFailed(context, "notify", AlertLevel.Error, AlertEvents.KeysRotationFailed, e);
            throw;
        }
    }

    private static RotateKeysResult Only(KeysRotated keys) => new(keys, false, 0, 0, 0, keys.Problems);

    private static string Message(RotateKeysResult result) => result.ReEncrypted
        ? string.Create(CultureInfo.InvariantCulture, $"keys were rotated: {result.Backups} backups are sealed again under epoch {result.Keys.Epoch}; it is complete after a garbage collection on every node")
        : "keys were rotated: the new key opens the repository";

    private static Dictionary<string, string> Details(RotateKeysResult result) => new()
    {
        ["epoch"] = result.Keys.Epoch.ToString(CultureInfo.InvariantCulture),
        ["slots"] = string.Join(",", result.Keys.Slots),
        ["revision"] = result.Keys.Revision.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>The whole of a rotation that seals again.</summary>
    private sealed class Reencryption(IWorkflowContext context, string? slotId)
    {
        private readonly List<string> _warnings = [];
        private int _backups, _unpinned, _minutes;
        private long _bytes;

        public async Task<RotateKeysResult> Run()
        {
            // asked first: one that died within its very last step is ended on the way, and must not begin another
            var plan = await context.Call(RotationActivities.PlanReencryption, "plan", new ReencryptionPlanInput());
            if (plan.Completed is { } completed) return new(completed, true, 0, 0, 0, []) { WasComplete = true };
            await Deliver("before/");
            var begun = plan.HasOldEpochs ? null : await RepositoryHold.During(context, "start/", "the beginning of a new epoch", LockMode.Exclusive, hold =>
                context.Call(RotationActivities.StartEpoch, "start/epoch", new StartEpochInput(slotId, hold.Holder.Fence)));
            _warnings.AddRange(begun?.Problems ?? []);
            _minutes = PatientMinutes;
            for (var round = 1; round <= MaxRounds; round++)
            {
                var prefix = string.Create(CultureInfo.InvariantCulture, $"round/{round}/");
                if (round > 1) await Deliver($"{prefix}before/");
                await SealAll(prefix);
                var ended = await RepositoryHold.WhenFree(context, $"{prefix}end/", "the end of older epochs", LockMode.Exclusive, _minutes, hold => End(hold, $"{prefix}end/"));
                if (ended is null) continue;
                _warnings.AddRange(ended.Problems);
                return new(ended with { Added = begun?.Added ?? [], Removed = [.. (begun?.Removed ?? []).Union(ended.Removed)] }, true, _backups, _bytes, _unpinned, _warnings);
            }
            throw new ActivityFailedException(Name, ErrorKind.Failed, "seal everything again: backups of an older epoch appeared again and again", "stop other hosts that still store what they staged before, then run it again, which goes on");
        }

        // what is to be unpinned at the end must be whole on every node in its new form, so nothing is begun while a node is down
        private async Task Deliver(string prefix)
        {
            var result = await RepositoryHold.WhenFree(context, prefix, "unfinished uploads before keys are rotated", LockMode.Shared, _minutes, async hold =>
            {
                var resumption = new Resumption(context, hold, Name, prefix);
                await resumption.DeliverStaged(copies: true);
                if (resumption.Failure is { } failure) throw failure;
                await resumption.CompleteCopies();
                return resumption.Result;
            });
            _warnings.AddRange(result.Warnings);
            if (result.Problems.Count > 0 || result.More)
                throw new ActivityFailedException(Name, ErrorKind.Failed, $"seal everything again: first every backup must be on every node: {string.Join("; ", result.Problems.DefaultIfEmpty("there are more missing copies than one run makes"))}",
                    "repair the node, then run it again, which goes on");
        }

        private async Task SealAll(string prefix)
        {
            for (var page = 1; ; page++)
            {
                var plan = await context.Call(RotationActivities.PlanReencryption, string.Create(CultureInfo.InvariantCulture, $"{prefix}plan/{page}"), new ReencryptionPlanInput());
                foreach (var backup in plan.Backups)
                {
                    context.SetStatus(new("re-encrypt", _backups, _backups + plan.Backups.Count, _bytes));
                    var key = $"{prefix}{backup}/";
                    await RepositoryHold.WhenFree(context, key, "sealing a backup again", LockMode.Shared, _minutes, hold => SealAgain(hold, key, backup, plan.Targets));
                }
                if (!plan.More) return;
            }
        }

        private async Task<bool> SealAgain(RepositoryHold hold, string prefix, BackupId backup, DeliveryTargets targets)
        {
            await hold.Claim(backup);
            for (int next = 0, files = -1; next != files;)
            {
                var done = await context.Call(RotationActivities.ReencryptFiles, string.Create(CultureInfo.InvariantCulture, $"{prefix}files/{next}"), new ReencryptInput(backup, next));
                if (!done.IsNeeded) return false;
                (next, files) = (done.Next, done.Files);
                _bytes += done.Bytes;
                context.SetStatus(new("re-encrypt", _backups, 0, _bytes, string.Create(CultureInfo.InvariantCulture, $"{next} of {files} files of backup {backup}")));
            }
            var draft = (await context.Call(RotationActivities.AssembleReencrypted, $"{prefix}assemble", new AssembleReencryptedInput(backup))).Entry;
            var delivered = await Delivery.Run(context, hold, Name, prefix, targets, draft, []);
            _warnings.AddRange(delivered.Warnings);
            if (delivered.Problems.Count > 0)
                throw new ActivityFailedException(Name, ErrorKind.Failed, $"store backup {backup}, sealed again, on every node: {string.Join("; ", delivered.Problems)}", "repair the node, then run it again, which goes on; until then nothing is unpinned");
            _backups++;
            return true;
        }

        // null when something of an older epoch came in between
        private async Task<KeysRotated?> End(RepositoryHold hold, string prefix)
        {
            var plan = await context.Call(RotationActivities.PlanReencryption, $"{prefix}plan", new ReencryptionPlanInput());
            if (!plan.IsDone) return null;
            var nodes = plan.Targets.Nodes + (plan.Targets.LocalVault ? 1 : 0);
            for (var node = 0; plan.HasOldEpochs && node < nodes; node++)
            {
                context.SetStatus(new("unpin", node, nodes, _bytes));
                for (var (turn, more) = (1, true); more; turn++)
                {
                    var result = await context.Call(RotationActivities.UnpinEpochs, string.Create(CultureInfo.InvariantCulture, $"{prefix}unpin/{node}/{turn}"), new UnpinEpochsInput(node, hold.Holder.Fence));
                    _unpinned += result.Unpinned;
                    more = result.More;
                    if (!more) _warnings.AddRange(result.Problems);
                }
                // a vault collects when it is told; before the end, so that what is cut off here is done again
                for (var (turn, done) = (1, false); !done; turn++)
                    done = (await context.Call(RetentionActivities.CollectGarbage, string.Create(CultureInfo.InvariantCulture, $"{prefix}collect/{node}/{turn}"), new CollectInput(node, Everything: true))).Done;
            }
            return await context.Call(RotationActivities.EndEpochs, $"{prefix}epochs", new EndEpochsInput(hold.Holder.Fence));
        }
    }
}

/// <summary>Starts it: whether everything is sealed again, and the id of the new slot, null for the next number. The new key is a setting of the host. A host that finds a version it does not know fails the run cleanly.</summary>
public sealed record RotateKeysInput(bool ReEncrypt, string? SlotId = null, int Version = RotateKeysInput.CurrentVersion)
{
    /// <summary>The version that this code runs.</summary>
    public const int CurrentVersion = 1;
}

/// <summary>What became of the keyring; backups that were sealed again, their bytes as sealed, the pins that went on all nodes together, and what else to say.</summary>
public sealed record RotateKeysResult(KeysRotated Keys, bool ReEncrypted, int Backups, long Bytes, int Unpinned, IReadOnlyList<string> Warnings)
{
    /// <summary>Whether an earlier run had sealed everything again under this key already, so that nothing was done.</summary>
    public bool WasComplete { get; init; }
}
