using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Manifest;

namespace BackupFunctions.Workflows;

/// <summary>The steps that bring one backup to one node, with keys of their own.</summary>
internal sealed class NodeDelivery(IWorkflowContext context, string prefix, BackupEntry backup, int node, DeliveryProgress progress)
{
    private readonly NodeInput _input = new(backup.Id, backup.Root, node);
    private int _copies, _pins;

    /// <summary>Sends what is staged and pins it; what it builds on and the node has lost comes from the other copies.</summary>
    public async Task FromStaging()
    {
        for (var next = 0; ;)
        {
            var sent = await context.Call(BackupActivities.UploadToNode, Key("upload", next), new UploadInput(backup.Id, backup.Root, node, next));
            next = sent.Next;
            progress.Sent(node, next, sent.Segments, sent.Bytes);
            if (next == sent.Segments) break;
        }
        try
        {
            await Pin();
        }
        catch (ActivityFailedException e) when (e.Kind == ErrorKind.NotFound)
        {
            await FromOtherCopies();
        }
    }

    /// <summary>Brings what the node lacks from the other copies and pins it.</summary>
    public async Task FromOtherCopies()
    {
        for (var done = false; !done;)
        {
            var copied = await context.Call(BackupActivities.CopyToNode, Key("copy", _copies++), _input);
            progress.Copied(node, copied.Bytes);
            done = copied.Done;
        }
        await Pin();
    }

    /// <summary>Reads it back and hashes it.</summary>
    public async Task<VerifyResult> Verify(uint seed)
    {
        progress.Verifies(node);
        return await context.Call(BackupActivities.VerifyNode, Key("verify"), new VerifyInput(backup.Id, backup.Root, node, backup.StoredBytes, seed));
    }

    private Task<PinResult> Pin() => context.Call(BackupActivities.PinOnNode, Key("pin", _pins++), _input);

    private string Key(string step) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{step}/{node}");

    private string Key(string step, int number) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{step}/{node}/{number}");
}
