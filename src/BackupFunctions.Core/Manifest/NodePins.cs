using BackupFunctions.Ipfs;

namespace BackupFunctions.Manifest;

/// <summary>The recursive pins of the nodes that answer, and why the others did not.</summary>
internal sealed class NodePins
{
    private NodePins(IReadOnlyList<IIpfsNode> answering, IReadOnlyList<BackupException> silent, ILookup<Cid, NodePin> byRoot) => (Answering, Silent, ByRoot) = (answering, silent, byRoot);

    /// <summary>Nodes that answered.</summary>
    public IReadOnlyList<IIpfsNode> Answering { get; }

    /// <summary>Why the others could not be asked.</summary>
    public IReadOnlyList<BackupException> Silent { get; }

    /// <summary>All pins.</summary>
    public ILookup<Cid, NodePin> ByRoot { get; }

    /// <summary>Asks all nodes.</summary>
    public static async Task<NodePins> Read(IReadOnlyList<IIpfsNode> nodes, CancellationToken cancellationToken)
    {
        var answering = new List<IIpfsNode>();
        var silent = new List<BackupException>();
        var pins = new List<NodePin>();
        foreach (var node in nodes)
        {
            try
            {
                var own = new List<PinnedRoot>();
                await foreach (var pin in node.Pins(cancellationToken)) own.Add(pin);
                // one that keeps names has one on each of our pins
                var keepsNames = own.Any(p => p.Name.Length > 0);
                pins.AddRange(own.Select(p => new NodePin(p.Root, p.Name, node.Name, keepsNames)));
                answering.Add(node);
            }
            catch (BackupException e) when (e.Kind == ErrorKind.Failed)
            {
                silent.Add(e);
            }
        }
        return new(answering, silent, pins.ToLookup(p => p.Root));
    }
}

/// <summary>A pin on a node, and whether that node keeps names.</summary>
internal sealed record NodePin(Cid Root, string Name, string Node, bool KeepsNames);
