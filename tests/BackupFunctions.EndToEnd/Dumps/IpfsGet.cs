using BackupFunctions.Ipfs;

namespace BackupFunctions.EndToEnd.Dumps;

/// <summary>Writes a UnixFS directory to disk, as <c>ipfs get</c> does.</summary>
internal static class IpfsGet
{
    public static async Task Run(BlockReader blocks, Cid root, string target, CancellationToken cancellationToken)
    {
        var reader = new UnixFsReader(blocks);
        Directory.CreateDirectory(target);
        foreach (var entry in await reader.List(root, cancellationToken))
        {
            var path = Path.Combine(target, entry.Name);
            if (await IsDirectory(blocks, entry.Cid, cancellationToken))
            {
                await Run(blocks, entry.Cid, path, cancellationToken);
                continue;
            }
            await using var file = File.Create(path);
            await reader.CopyTo(entry.Cid, file, cancellationToken: cancellationToken);
        }
    }

    private static async Task<bool> IsDirectory(BlockReader blocks, Cid cid, CancellationToken cancellationToken) =>
        cid.Codec == Cid.DagPbCodec
        && UnixFsData.Decode(DagPb.Decode(await blocks.Read(cid, cancellationToken)).Data.Span).Kind == UnixFsKind.Directory;
}
