using BackupFunctions.Ambient;
using BackupFunctions.Ipfs;

namespace BackupFunctions.Diagnosis;

/// <summary>Whether a node can keep a copy: who it is, how much room it has, and that a block which is imported and pinned comes back.</summary>
internal static class NodeChecks
{
    private const int ProbeBytes = 32;
    private const string PinName = "backupfunctions/doctor";

    public static async Task<IReadOnlyList<Finding>> Run(string check, IIpfsNode node, IRandomSource random, CancellationToken cancellationToken)
    {
        var identity = await node.Identify(cancellationToken);
        var findings = new List<Finding> { new(check, Severity.Ok, $"{node.Name}: {identity.Agent}, {identity.Id}") };
        if (await node.FreeBytes(cancellationToken) is { } free) findings.Add(Finding.Space(check, free, node.Name));
        await RoundTrip(node, random, cancellationToken);
        findings.Add(new(check, Severity.Ok, "a block went there and came back: imported, pinned, read, hashed, unpinned"));
        return findings;
    }

    private static async Task RoundTrip(IIpfsNode node, IRandomSource random, CancellationToken cancellationToken)
    {
        var bytes = new byte[ProbeBytes];
        random.Fill(bytes);
        var probe = new Block(Cid.Raw(bytes), bytes);
        await node.Import(_ => Task.FromResult(Car(probe)), cancellationToken);
        await node.Pin(probe.Cid, PinName, cancellationToken);
        try
        {
            if (!await node.IsPinned(probe.Cid, cancellationToken))
                throw new BackupException(ErrorKind.Failed, $"pin {probe.Cid} on {node.Name}: it said yes, and does not list the pin", "look at the node's log");
            await new BlockReader([node]).Read(probe.Cid, cancellationToken);
        }
        finally
        {
            await node.Unpin(probe.Cid, CancellationToken.None);
        }
        await node.Remove(probe.Cid, cancellationToken);
    }

    private static Stream Car(Block block)
    {
        var stream = new MemoryStream();
        CarWriter.CreateWithRoot(stream, block.Cid).Write(block);
        stream.Position = 0;
        return stream;
    }
}
