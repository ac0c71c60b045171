using BackupFunctions.Ambient;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Repositories;
using BackupFunctions.Serialization;
using BackupFunctions.Staging;
using BackupFunctions.Workflows;

namespace BackupFunctions.Backup;

/// <summary>Numbers the dumped files, seals the index, builds the root directory and stages it all with the list of what to upload.</summary>
internal sealed class AssembleActivity(RepositorySession session, IStaging staging, StagedObjects staged, IRandomSource random)
    : IActivity<AssembleInput, AssembleResult>
{
    /// <inheritdoc/>
    public ActivityName<AssembleInput, AssembleResult> Name => BackupActivities.Assemble;

    /// <summary>The staged list of segments that make up a root.</summary>
    public static string UploadListName(Cid root) => $"upload-{root}.record";

    /// <inheritdoc/>
    public async Task<AssembleResult> Run(AssembleInput input, CancellationToken cancellationToken)
    {
        var plan = await staged.Load<BackupPlan>(input.Backup, PlanActivity.RecordName, cancellationToken);
        var units = new List<UnitFiles>();
        for (var unit = 0; unit < plan.Units.Count; unit++)
            units.Add(await staged.Load<UnitFiles>(input.Backup, DumpActivity.RecordName(unit), cancellationToken));

        var tree = new UnixFsTree();
        var index = Index(plan, units, tree);
        var repository = await session.Open(cancellationToken);
        await using var segments = new SegmentWriter(staging, input.Backup.ToString(), "root", random);
        await segments.Prepare(cancellationToken);

        var keys = repository.Keys.Current;
        using var sealer = new BlockSealer(keys);
        Add(BackupIndex.FileName, SealedFile.Seal(sealer, BlockType.Index, input.Backup.ToArray(), EngineJson.Write(index)));
        var header = new BackupHeader(BackupIndex.CurrentFormat, repository.Id, input.Backup, keys.Epoch, repository.Keyring);
        var json = EngineJson.Write(header);
        Add(BackupHeader.FileName, SealedFile.Of([new Block(Cid.Raw(json), json)]));
        var root = tree.Build(segments.Write);
        await segments.Close(cancellationToken);

        var files = index.Collections.SelectMany(c => c.Files).ToList();
        var stored = files.Sum(f => f.StoredBytes);
        var list = new UploadList(root, [.. units.SelectMany(u => u.Segments), .. segments.Segments], stored);
        await staged.Save(input.Backup, UploadListName(root), list, cancellationToken);
        return new(root, keys.Epoch, files.Sum(f => f.Documents), files.Sum(f => f.Bytes), stored,
            units.Sum(u => u.NewBytes) + segments.BlockBytes, [.. index.Collections.Select(c => c.Namespace.ToString())]);

        void Add(string path, SealedFile file)
        {
            foreach (var block in file.Blocks) segments.Write(block);
            tree.Add(path, file.File.Root, file.File.Tsize);
        }
    }

    // files are numbered in the order of collections and ranges, so that unchanged data keeps its place
    private static BackupIndex Index(BackupPlan plan, List<UnitFiles> units, UnixFsTree tree)
    {
        var dumped = units.SelectMany(u => u.Ranges).ToLookup(r => r.Collection, r => r.Files);
        var number = 0;
        var collections = plan.Collections.Select((collection, at) =>
        {
            var files = dumped[at].SelectMany(f => f).Select(file =>
            {
                var indexed = new IndexedFile(number++, file.List, file.Chunks, file.Documents, file.Bytes, file.StoredBytes, file.Sha256, file.First);
                tree.Add(indexed.DataPath, file.Data, file.DataTsize);
                tree.Add(indexed.ListPath, file.List, file.ListTsize);
                return indexed;
            }).ToList();
            var spec = collection.Spec;
            return new IndexedCollection(spec.Namespace.Database, spec.Namespace.Collection, spec.Type, spec.Options, spec.Indexes, spec.Uuid, spec.ReadOrder,
                collection.AverageChunk, files.Sum(f => f.Documents), files.Sum(f => f.Bytes), files);
        }).ToList();
        return new(BackupIndex.CurrentFormat, plan.Backup, BackupType.Full, plan.Started, plan.Server, plan.StartOptime, null, collections, null);
    }
}

/// <summary>The segments that together hold the new blocks of a root, and the sealed bytes of all its files, new or not.</summary>
public sealed record UploadList(Cid Root, IReadOnlyList<string> Segments, long StoredBytes);
