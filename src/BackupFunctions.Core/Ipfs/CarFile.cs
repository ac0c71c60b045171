using BackupFunctions.Ambient;

namespace BackupFunctions.Ipfs;

/// <summary>A CARv1 file at hand as a source of blocks: read through once to find them, about 60 bytes of memory a block. Thread-safe.</summary>
public sealed class CarFile : IBlockSource
{
    private readonly string _path;
    private readonly IFiles _files;
    private readonly Dictionary<Hash256, long> _positions = [];

    private CarFile(string path, IFiles files) => (_path, _files) = (path, files);

    /// <inheritdoc/>
    public string Name => _path;

    /// <summary>The root that the file names.</summary>
    public Cid Root { get; private set; }

    /// <summary>
    /// Opens a CAR with one root; fails with <see cref="ErrorKind.Corrupt"/> when it is none, was cut, holds a block with other bytes, or lacks one
    /// that is below its root.
    /// </summary>
    public static async Task<CarFile> Open(string path, IFiles files, CancellationToken cancellationToken)
    {
        var car = new CarFile(path, files);
        await using var stream = files.OpenRead(path);
        try
        {
            var reader = await CarReader.Open(stream, cancellationToken);
            if (reader.Roots is not [var root]) throw BackupException.Corrupt($"want one root, found {reader.Roots.Count}");
            car.Root = root;
            await foreach (var block in reader.Blocks(cancellationToken)) car._positions.TryAdd(block.Cid.Digest, reader.SectionOffset);
            await car.CheckWhole(cancellationToken);
            return car;
        }
        catch (BackupException e) when (e.Kind == ErrorKind.Corrupt)
        {
            throw new BackupException(ErrorKind.Corrupt, $"read {path}: {e.Message}", "download it again; `backupfn download` writes whole files only", e);
        }
    }

    /// <inheritdoc/>
    public async Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken)
    {
        if (!_positions.TryGetValue(cid.Digest, out var position)) return null;
        await using var stream = _files.OpenRead(_path);
        return await CarSection.Read(stream, position, cid.Digest, cancellationToken);
    }

    // a file that was cut between two blocks is well-formed
    private async Task CheckWhole(CancellationToken cancellationToken)
    {
        await foreach (var cid in DagWalk.From(Root, async (node, token) => await Get(node, token) ?? throw Missing(node), cancellationToken: cancellationToken))
        {
            if (!_positions.ContainsKey(cid.Digest)) throw Missing(cid);
        }
    }

    private static BackupException Missing(Cid cid) => BackupException.Corrupt($"it lacks block {cid}, which is below its root");
}
