using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Repositories;
using BackupFunctions.Serialization;

namespace BackupFunctions.Manifest;

/// <summary>
/// Checkpoints: every 256 revisions all entries as sealed pages <c>pages/NNNNNN</c> of 256 entries, in the order of their ids. Sealing is
/// deterministic, so a page that did not change is the same block as before and costs nothing. Beside them the file <c>oplog</c> has coverage
/// and gaps.
/// </summary>
internal static class CheckpointPages
{
    /// <summary>Revisions between two checkpoints.</summary>
    public const ulong Interval = 256;

    private const int EntriesPerPage = 256;
    private const string PagesName = "pages";
    private const string OplogName = "oplog";

    /// <summary>Writes a checkpoint of the state when the next revision is the first of an interval; null when none is due.</summary>
    public static async Task<WrittenCheckpoint?> WriteIfDue(Repository repository, ManifestState state, CancellationToken cancellationToken)
    {
        if (state.Revision == 0 || state.Revision % Interval != 0) return null;
        using var sealer = new BlockSealer(repository.Keys.Current);
        var blocks = new List<Block>();
        var tree = new UnixFsTree();
        var number = 0;
        foreach (var page in state.Backups.Chunk(EntriesPerPage).DefaultIfEmpty([]))
        {
            Add(string.Create(CultureInfo.InvariantCulture, $"{PagesName}/{number++:D6}"), EngineJson.Write(page));
        }
        Add(OplogName, EngineJson.Write(new OplogRecords(state.Coverage, state.Gaps)));
        var root = tree.Build(blocks.Add);
        var problems = await RevisionPublisher.ToAllNodes(repository.Id, repository.Nodes, root, blocks, PinNames.Checkpoint(repository.Id), cancellationToken);
        return new(new(state.Revision, root), blocks, problems);

        void Add(string path, byte[] json)
        {
            var file = SealedFile.Seal(sealer, BlockType.Page, [], json);
            blocks.AddRange(file.Blocks);
            tree.Add(path, file.File.Root, file.File.Tsize);
        }
    }

    /// <summary>What a checkpoint says about the oplog.</summary>
    public static async Task<OplogRecords> ReadOplog(UnixFsReader files, BlockOpener opener, ManifestCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var file = await files.Resolve(checkpoint.Root, OplogName, cancellationToken);
        return EngineJson.Read<OplogRecords>(await SealedFileReader.Read(files, opener, file, BlockType.Page, null, cancellationToken), $"{OplogName} of checkpoint {checkpoint.Root}");
    }

    /// <summary>All entries of a checkpoint.</summary>
    public static async Task<IReadOnlyList<BackupEntry>> Read(UnixFsReader files, BlockOpener opener, ManifestCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var entries = new List<BackupEntry>();
        foreach (var page in await files.List(await files.Resolve(checkpoint.Root, PagesName, cancellationToken), cancellationToken))
        {
            var json = await SealedFileReader.Read(files, opener, page.Cid, BlockType.Page, null, cancellationToken);
            entries.AddRange(EngineJson.Read<BackupEntry[]>(json, $"page {page.Name} of checkpoint {checkpoint.Root}"));
        }
        return entries;
    }
}

/// <summary>A checkpoint, its blocks, and the problems of the nodes that do not hold it.</summary>
internal sealed record WrittenCheckpoint(ManifestCheckpoint Checkpoint, IReadOnlyList<Block> Blocks, IReadOnlyList<string> Problems);

/// <summary>What the manifest knows about the oplog beside the backups.</summary>
internal sealed record OplogRecords(IReadOnlyList<CoverageAdvanced> Coverage, IReadOnlyList<GapRecorded> Gaps);
