using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Repositories;
using BackupFunctions.Serialization;

namespace BackupFunctions.Manifest;

/// <summary>
/// Checkpoints: every 256 revisions all entries as sealed pages <c>pages/NNNNNN</c> of 256 entries, in the order of their ids, and tombstones as <c>removed/NNNNNN</c>. Sealing is
/// deterministic, so a page that did not change is the same block as before and costs nothing. Beside them the file <c>oplog</c> has coverage
/// and gaps, <c>failures</c> the failed runs, <c>keys</c> the changes of the keyring, and <c>checks</c> scrubs and drills.
/// </summary>
internal static class CheckpointPages
{
    /// <summary>Revisions between two checkpoints.</summary>
    public const ulong Interval = 256;

    private const int EntriesPerPage = 256;
    private const string PagesName = "pages";
    private const string RemovedName = "removed";
    private const string OplogName = "oplog";
    private const string FailuresName = "failures";
    private const string ChecksName = "checks";
    private const string KeysName = "keys";

    /// <summary>Writes a checkpoint of the state when the next revision is the first of an interval; null when none is due.</summary>
    public static async Task<WrittenCheckpoint?> WriteIfDue(Repository repository, ManifestState state, CancellationToken cancellationToken) =>
        state.Revision == 0 || state.Revision % Interval != 0 ? null : await Write(repository, state, state.Revision, cancellationToken);

    /// <summary>Writes a checkpoint of the state that stands for everything up to and with a revision.</summary>
    public static async Task<WrittenCheckpoint> Write(Repository repository, ManifestState state, ulong revision, CancellationToken cancellationToken)
    {
        using var sealer = new BlockSealer(repository.Keys.Current);
        var blocks = new List<Block>();
        var tree = new UnixFsTree();
        AddPages(PagesName, state.Backups);
        AddPages(RemovedName, state.Removed);
        Add(OplogName, EngineJson.Write(new OplogRecords(state.Coverage, state.Gaps)));
        Add(FailuresName, EngineJson.Write(state.Failures));
        Add(ChecksName, EngineJson.Write(state.Checks));
        Add(KeysName, EngineJson.Write(state.KeyChanges));
        var root = tree.Build(blocks.Add);
        var problems = await RevisionPublisher.ToAllNodes(repository.Id, repository.Nodes, root, blocks, PinNames.Checkpoint(repository.Id), cancellationToken);
        return new(new(revision, root), blocks, problems);

        void AddPages<T>(string name, IEnumerable<T> all)
        {
            var number = 0;
            foreach (var page in all.Chunk(EntriesPerPage).DefaultIfEmpty([])) Add(string.Create(CultureInfo.InvariantCulture, $"{name}/{number++:D6}"), EngineJson.Write(page));
        }

        void Add(string path, byte[] json)
        {
            var file = SealedFile.Seal(sealer, BlockType.Page, [], json);
            blocks.AddRange(file.Blocks);
            tree.Add(path, file.File.Root, file.File.Tsize);
        }
    }

    /// <summary>All that a checkpoint holds.</summary>
    public static async Task<CheckpointContent> Read(UnixFsReader files, BlockOpener opener, ManifestCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        return new(await Pages<BackupEntry>(PagesName), await Pages<Tombstone>(RemovedName), await File<OplogRecords>(OplogName), await File<IReadOnlyList<RunFailed>>(FailuresName),
            await File<IReadOnlyList<KeysChanged>>(KeysName), await File<CheckRecords>(ChecksName));

        async Task<IReadOnlyList<T>> Pages<T>(string name)
        {
            var all = new List<T>();
            foreach (var page in await files.List(await files.Resolve(checkpoint.Root, name, cancellationToken), cancellationToken))
                all.AddRange(await Open<T[]>(page.Cid, $"{name}/{page.Name}"));
            return all;
        }

        async Task<T> File<T>(string name) => await Open<T>(await files.Resolve(checkpoint.Root, name, cancellationToken), name);

        async Task<T> Open<T>(Cid file, string name) =>
            EngineJson.Read<T>(await SealedFileReader.Read(files, opener, file, BlockType.Page, null, cancellationToken), $"{name} of checkpoint {checkpoint.Root}");
    }
}

/// <summary>A checkpoint, its blocks, and the problems of the nodes that do not hold it.</summary>
internal sealed record WrittenCheckpoint(ManifestCheckpoint Checkpoint, IReadOnlyList<Block> Blocks, IReadOnlyList<string> Problems);

/// <summary>What the manifest knows about the oplog beside the backups.</summary>
internal sealed record OplogRecords(IReadOnlyList<CoverageAdvanced> Coverage, IReadOnlyList<GapRecorded> Gaps);

/// <summary>All that a checkpoint holds.</summary>
internal sealed record CheckpointContent(
    IReadOnlyList<BackupEntry> Backups, IReadOnlyList<Tombstone> Removed, OplogRecords Oplog, IReadOnlyList<RunFailed> Failures, IReadOnlyList<KeysChanged> Keys, CheckRecords Checks);
