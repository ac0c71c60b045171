using BackupFunctions.Ipfs.Http;

namespace BackupFunctions.Ipfs.Kubo;

/// <summary>
/// One <c>pin/add</c>. The node fetches what it lacks from its peers, for as long as that takes, and waits for ever for what nobody has: so it is the
/// count of blocks that must move, and not the lines, which come twice a second whatever happens.
/// </summary>
internal sealed class KuboPin(NodeHttp rpc, Cid root, string action, string node)
{
    private long _blocks;
    private bool _answered;

    /// <summary>For messages.</summary>
    public string Action => action;

    /// <summary>Pins; <paramref name="rootIsHeld"/> tells a node that waits for a missing root from one that is busy otherwise.</summary>
    public async Task Add(NodeCall call, Func<CancellationToken, Task<bool>> rootIsHeld, CancellationToken cancellationToken)
    {
        try
        {
            if (!await rpc.Ask(call, Read, cancellationToken)) throw rpc.Failures.Strange(action, "the answer ends without saying that the root is pinned");
        }
        catch (BackupException e) when (KuboErrorText.SaysBlockIsMissing(e) || KuboErrorText.SaysDeadline(e))
        {
            throw Missing(e);
        }
        catch (BackupException e) when (_answered && e.InnerException is TimeoutException)
        {
            // a pin waits for a garbage collection too, before it has looked at a single block
            if (_blocks > 0 || !await rootIsHeld(cancellationToken)) throw Missing(e);
            throw;
        }
    }

    private async Task<bool> Read(NodeAnswer answer)
    {
        var pinned = false;
        await foreach (var line in answer.Lines(bytesAreProgress: false))
        {
            _answered = true;
            if (line.Member("Pins") is { } pins) pinned |= pins.Names(root);
            if (line.NumberOf("Progress") is not { } blocks || blocks == _blocks) continue;
            _blocks = blocks;
            answer.Progress();
        }
        return pinned;
    }

    private BackupException Missing(BackupException e) => new(
        ErrorKind.NotFound,
        $"pin {root} on {node}: a block is missing, and no peer gave it ({(e.InnerException is NodeAnswerException answer ? answer.Message : "no block came any more")})",
        "upload the backup to this node again, or connect it to one that holds it",
        e);
}
