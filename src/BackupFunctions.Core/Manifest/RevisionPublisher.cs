using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Repositories;
using BackupFunctions.Serialization;

namespace BackupFunctions.Manifest;

/// <summary>
/// Writes a manifest revision to the nodes: a directory with <c>keyring.json</c> (public) and <c>revision</c> (sealed), imported and pinned on
/// every node that answers.
/// </summary>
internal static class RevisionPublisher
{
    private const int Attempts = 10;

    /// <summary>The root, and what went wrong on which node; fails when no node took it.</summary>
    public static async Task<Published> Publish(Repository repository, ManifestRevision revision, CancellationToken cancellationToken)
    {
        using var sealer = new BlockSealer(repository.Keys.Current);
        var context = new ManifestContext(revision.Revision, revision.Previous).Encode();
        var blocks = new List<Block>();
        var tree = new UnixFsTree();
        var keyring = repository.Keyring.ToJson();
        Add(RevisionReader.KeyringName, SealedFile.Of([new Block(Cid.Raw(keyring), keyring)]));
        Add(RevisionReader.RevisionName, SealedFile.Seal(sealer, BlockType.Manifest, context, EngineJson.Write(revision)));
        var root = tree.Build(blocks.Add);
        return new(root, blocks, await ToAllNodes(repository.Nodes, root, blocks, PinNames.Manifest(repository.Id), cancellationToken));

        void Add(string path, SealedFile file)
        {
            blocks.AddRange(file.Blocks);
            tree.Add(path, file.File.Root, file.File.Tsize);
        }
    }

    /// <summary>Brings a revision that at least one node holds to all of them.</summary>
    public static async Task Copy(Repository repository, Cid root, CancellationToken cancellationToken)
    {
        var blocks = new List<Block>();
        await foreach (var cid in new UnixFsReader(repository.Blocks).Walk(root, cancellationToken: cancellationToken))
            blocks.Add(new(cid, await repository.Blocks.Read(cid, cancellationToken)));
        await ToAllNodes(repository.Nodes, root, blocks, PinNames.Manifest(repository.Id), cancellationToken);
    }

    /// <summary>Unpins a revision that did not become part of the chain, where that is possible: one that stays pinned is older than the head and harms nobody.</summary>
    public static async Task Withdraw(IReadOnlyList<IIpfsNode> nodes, Cid root, CancellationToken cancellationToken)
    {
        foreach (var node in nodes)
        {
            try
            {
                await node.Unpin(root, cancellationToken);
            }
            catch (BackupException)
            {
                // this node could not be asked; the others still are
            }
        }
    }

    /// <summary>Imports and pins a small DAG on every node; gives the problems, and throws when no node holds it.</summary>
    public static async Task<IReadOnlyList<string>> ToAllNodes(
        IReadOnlyList<IIpfsNode> nodes, Cid root, IReadOnlyList<Block> blocks, string pinName, CancellationToken cancellationToken)
    {
        using var car = new MemoryStream();
        var writer = CarWriter.CreateWithRoot(car, root);
        foreach (var block in blocks) writer.Write(block);
        var problems = new List<BackupException>();
        foreach (var node in nodes)
        {
            try
            {
                await ToNode(node);
            }
            catch (BackupException e)
            {
                problems.Add(e);
            }
        }
        if (problems.Count == nodes.Count)
            throw new BackupException(problems[0].Kind, $"publish {pinName} on any node: {string.Join("; ", problems.Select(p => p.Message))}", problems[0].Hint, problems[0]);
        return [.. problems.Select(p => p.Message)];

        async Task ToNode(IIpfsNode node)
        {
            for (var attempt = 1; ; attempt++)
            {
                await node.Import(_ => Task.FromResult<Stream>(new MemoryStream(car.GetBuffer(), 0, (int)car.Length, writable: false)), cancellationToken);
                try
                {
                    await node.Hold(root, pinName, cancellationToken);
                    break;
                }
                catch (BackupException e) when (e.Kind == ErrorKind.NotFound && attempt < Attempts)
                {
                    // a garbage collection came between
                }
            }
            await node.Pin(root, pinName, cancellationToken);
        }
    }
}

/// <summary>A published root, its blocks, and the problems of the nodes that do not hold it.</summary>
internal sealed record Published(Cid Root, IReadOnlyList<Block> Blocks, IReadOnlyList<string> Problems);
