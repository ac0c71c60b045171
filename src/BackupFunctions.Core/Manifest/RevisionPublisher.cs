using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Repositories;
using BackupFunctions.Serialization;

namespace BackupFunctions.Manifest;

/// <summary>
/// Writes a manifest revision to the nodes: a directory with <c>keyring.json</c> (public) and <c>revision</c> (sealed), imported and pinned on
/// every node that answers.
/// </summary>
internal static class RevisionPublisher
{
    private const int Attempts = 3;

    /// <summary>The root, and what went wrong on which node; fails when no node took it.</summary>
    public static async Task<Published> Publish(Repository repository, ManifestRevision revision, CancellationToken cancellationToken)
    {
        var blocks = new List<Block>();
        var root = Seal(repository, revision, blocks.Add);
        return new(root, blocks, await ToAllNodes(repository.Id, repository.Nodes, root, blocks, PinNames.Manifest(repository.Id), cancellationToken));
    }

    /// <summary>Writes the blocks of a revision and gives its root.</summary>
    public static Cid Seal(Repository repository, ManifestRevision revision, Action<Block> write)
    {
        using var sealer = new BlockSealer(repository.Keys.Current);
        var context = new ManifestContext(revision.Revision, revision.Previous).Encode();
        var tree = new UnixFsTree();
        var keyring = repository.Keyring.ToJson();
        Add(RevisionReader.KeyringName, SealedFile.Of([new Block(Cid.Raw(keyring), keyring)]));
        Add(RevisionReader.RevisionName, SealedFile.Seal(sealer, BlockType.Manifest, context, EngineJson.Write(revision)));
        return tree.Build(write);

        void Add(string path, SealedFile file)
        {
            foreach (var block in file.Blocks) write(block);
            tree.Add(path, file.File.Root, file.File.Tsize);
        }
    }

    /// <summary>Brings a revision that at least one node holds to all of them.</summary>
    public static Task Copy(Repository repository, Cid root, CancellationToken cancellationToken) =>
        Copy(repository.Id, repository.Nodes, repository.Blocks, root, PinNames.Manifest(repository.Id), cancellationToken);

    /// <summary>Brings a small DAG to these nodes and pins it there; no garbage collection comes between.</summary>
    public static async Task Copy(RepositoryId repository, IReadOnlyList<IIpfsNode> nodes, BlockReader from, Cid root, string pinName, CancellationToken cancellationToken)
    {
        var blocks = new List<Block>();
        await foreach (var cid in new UnixFsReader(from).Walk(root, cancellationToken: cancellationToken)) blocks.Add(new(cid, await from.Read(cid, cancellationToken)));
        await ToAllNodes(repository, nodes, root, blocks, pinName, cancellationToken);
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
        RepositoryId repository, IReadOnlyList<IIpfsNode> nodes, Cid root, IReadOnlyList<Block> blocks, string pinName, CancellationToken cancellationToken)
    {
        var guardName = PinNames.Guard(repository);
        using var car = new MemoryStream();
        var writer = CarWriter.CreateWithRoot(car, root);
        var builder = new GuardBuilder(writer.Write);
        foreach (var block in blocks)
        {
            writer.Write(block);
            builder.Add(block.Cid);
        }
        var guard = builder.Finish();
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
                try
                {
                    await node.ImportHeld(Open, guard, guardName, cancellationToken);
                    break;
                }
                catch (BackupException e) when (e.Kind == ErrorKind.NotFound && attempt < Attempts)
                {
                    // a garbage collection came between
                }
            }
            await node.Pin(root, pinName, cancellationToken);
            await node.Release(guard, cancellationToken);
        }

        Task<Stream> Open(CancellationToken token) => Task.FromResult<Stream>(new MemoryStream(car.GetBuffer(), 0, (int)car.Length, writable: false));
    }
}

/// <summary>A published root, its blocks, and the problems of the nodes that do not hold it.</summary>
internal sealed record Published(Cid Root, IReadOnlyList<Block> Blocks, IReadOnlyList<string> Problems);
