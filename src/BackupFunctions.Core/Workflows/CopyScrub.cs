using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Repositories.Locking;
using BackupFunctions.Verification.Scrubbing;

namespace BackupFunctions.Workflows;

/// <summary>The turns of a scrub of one copy.</summary>
internal sealed class CopyScrub(IWorkflowContext context, ScrubProgress progress, int node, int slices, string run, Guid lockId)
{
    private const int LockAttempts = 120;
    private static readonly TimeSpan LockedWait = TimeSpan.FromMinutes(1);

    private readonly SortedSet<BackupId> _affected = [];
    private long _hashed, _healed, _repinned, _lost, _unhealed;
    private string? _problem;

    /// <summary>Reads it to its end.</summary>
    public async Task<ScrubbedCopy> Run(PlannedScrub copy)
    {
        var fault = copy.Problem;
        try
        {
            if (copy.NodeId is { } id) await Turns(id, copy.Slice);
        }
        catch (ActivityFailedException e) when (e.Kind is ErrorKind.Failed or ErrorKind.Locked)
        {
            // a node that cannot be reached says nothing about the others
            fault = e.Reason;
        }
        progress.Ended(node);
        return new(copy.Node, copy.NodeId, copy.Slice, slices, _hashed, _healed, _repinned, _lost, _unhealed, [.. _affected], _problem, fault);
    }

    private async Task Turns(string id, int slice)
    {
        ScrubPosition? from = null;
        for (var turn = 0; ; turn++)
        {
            var input = new ScrubTurnInput(node, id, slice, slices, run, from, _lost + _unhealed > 0);
            var keys = Key("turn", turn);
            var done = await Locked(keys, () => context.Call(ScrubActivities.Scrub, keys, input));
            Count(done);
            if (done.Unpinned is { } unpinned) await PinAgain(unpinned, turn);
            if (done.Next is null) return;
            from = done.Next;
        }
    }

    private void Count(ScrubTurn turn)
    {
        (_hashed, _healed, _lost, _unhealed) = (_hashed + turn.Hashed, _healed + turn.Healed, _lost + turn.Lost, _unhealed + turn.Unhealed);
        _affected.UnionWith(turn.Affected);
        _problem ??= turn.Problem;
        progress.Read(node, turn.Done, turn.Total, _hashed);
    }

    // whatever was below it may have been collected since: all of it is looked at, as for a copy that is missing
    private async Task PinAgain(UnpinnedRoot unpinned, int turn)
    {
        _problem ??= $"{unpinned.Root} is not pinned";
        try
        {
            for (var (done, step) = (false, 0); !done; step++)
            {
                var keys = string.Create(CultureInfo.InvariantCulture, $"{Key("pin", turn)}/{step}");
                done = (await Locked(keys, () => context.Call(BackupActivities.CopyToNode, keys, new NodeInput(unpinned.Backup, unpinned.Root, node)))).Done;
            }
            _repinned++;
        }
        catch (ActivityFailedException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.Corrupt or ErrorKind.Failed)
        {
            // some block of it is nowhere, or not to be had now: without its pin it is not whole
            _unhealed++;
            _affected.Add(unpinned.Backup);
            _problem = $"{unpinned.Root} is not pinned, and could not be pinned again: {e.Reason}";
        }
    }

    private async Task<T> Locked<T>(string keys, Func<Task<T>> body)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await RepositoryHold.During(context, string.Create(CultureInfo.InvariantCulture, $"{keys}/{attempt}/"), lockId, "a scrub", LockMode.Shared, _ => body());
            }
            catch (ActivityFailedException e) when (e.Kind == ErrorKind.Locked && attempt < LockAttempts)
            {
                await context.Wait(LockedWait, CancellationToken.None);
            }
        }
    }

    private string Key(string step, int number) => string.Create(CultureInfo.InvariantCulture, $"{step}/{node}/{number}");
}
