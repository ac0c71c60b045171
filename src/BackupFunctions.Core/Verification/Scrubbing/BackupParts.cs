using BackupFunctions.Ipfs;

namespace BackupFunctions.Verification.Scrubbing;

/// <summary>A directory by itself, or a file with all below it.</summary>
internal readonly record struct BackupPart(Cid Cid, bool IsDirectory);

/// <summary>Takes the DAG of a backup, or a revision, apart into its directories and files, always in the same order. Directories are read from whoever has them.</summary>
internal static class BackupParts
{
    // below the root data and lists, in them hundreds, in those the files: nothing is read to see that they are files
    private const int FileDepth = 3;

    /// <summary>All parts; below a directory that nobody has nothing is seen.</summary>
    public static async Task<List<BackupPart>> Of(Cid root, BlockReader blocks, CancellationToken cancellationToken)
    {
        var parts = new List<BackupPart>();
        await Add(root, 0);
        return parts;

        async Task Add(Cid cid, int depth)
        {
            if (await Entries(cid, depth) is not { } entries)
            {
                parts.Add(new(cid, false));
                return;
            }
            parts.Add(new(cid, true));
            foreach (var entry in entries) await Add(entry, depth + 1);
        }

        async Task<IReadOnlyList<Cid>?> Entries(Cid cid, int depth)
        {
            if (cid.Codec != Cid.DagPbCodec || depth == FileDepth) return null;
            try
            {
                var node = DagPb.Decode(await blocks.Read(cid, cancellationToken));
                return UnixFsData.Decode(node.Data.Span).Kind == UnixFsKind.Directory ? [.. node.Links.Select(l => l.Cid)] : null;
            }
            catch (Exception e) when (e is FormatException or BackupException { Kind: ErrorKind.NotFound or ErrorKind.Corrupt })
            {
                // the part itself is found to be missing
                return null;
            }
        }
    }
}
