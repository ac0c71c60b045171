using System.Security.Cryptography;
using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Tests.Workflows;

namespace BackupFunctions.Tests.Rotation;

/// <summary>A repository with a chain of backups before its keys are rotated, what they held, and what must be true afterwards.</summary>
internal sealed class RotationScene(MongoServerFixture server) : IDisposable
{
    private readonly Dictionary<BackupId, string> _contents = [];

    public BackupRig Rig { get; } = new(server) { RangeBytes = 100_000 };

    /// <summary>The public keyring as a thief of the old key may have kept it.</summary>
    public Keyring OldKeyring { get; private set; } = null!;

    public IReadOnlyList<FaultyNode> Nodes => [Rig.Repository.First, Rig.Repository.Second];

    /// <summary>Full backups, each with a slice behind it.</summary>
    public async Task<RotationScene> Begin(int documents = 60, int fulls = 2)
    {
        await Rig.Fill("things", 0, documents);
        await Rig.Fill("other", 0, 5, 500);
        for (var full = 0; full < fulls; full++)
        {
            await Rig.BackUp();
            await Rig.Fill("things", documents + (5 * full), 5);
            await Rig.BackUpIncrement();
        }
        OldKeyring = Rig.Repository.Memory.Head!.Keyring;
        foreach (var backup in (await State()).Backups) _contents[backup.Id] = await Contents(backup.Root);
        _contents.Count.ShouldBe(2 * fulls);
        return this;
    }

    public Task<ManifestState> State() => Rig.Manifest.Load(BackupRig.Cancellation);

    /// <summary>Everything that was backed up before opens with the new key alone, and is what it was.</summary>
    public async Task ShouldHoldTheSame()
    {
        var listed = (await State()).Backups.ToDictionary(b => b.Id);
        foreach (var (id, contents) in _contents)
        {
            listed[id].ShouldSatisfyAllConditions(b => b.Epoch.ShouldBe(2u), b => b.IsDegraded.ShouldBeFalse());
            (await Contents(listed[id].Root)).ShouldBe(contents);
        }
        var timeline = OplogTimeline.Of(await State());
        timeline.Windows.ShouldHaveSingleItem().Slices.Count.ShouldBe(_contents.Count / 2);
    }

    /// <summary>
    /// After a garbage collection, no sealed block of the old epoch is left on any node, and what is there the old key does not open. What a dead process had on its way may leave guards of the
    /// new epoch, for a cleanup.
    /// </summary>
    public async Task ShouldBeClosedToTheOldKey(bool afterKill = false)
    {
        using var old = new ValueKeySource("K", TestRepository.Key).Read(default).Result;
        using var keys = OldKeyring.Unlock(old);
        using var opener = new BlockOpener(keys.Find);
        foreach (var node in Nodes)
        {
            await node.Inner.CollectGarbage();
            var blocks = 0;
            foreach (var bytes in node.Inner.Blocks.Values)
            {
                if (Header(bytes) is not { } header) continue;
                blocks++;
                header.Epoch.ShouldBe(2u);
                Should.Throw<BackupException>(() => opener.Open(bytes)).Kind.ShouldBe(ErrorKind.WrongKey);
            }
            blocks.ShouldBeGreaterThan(10);
            var kinds = node.Inner.PinNames.Values.Select(n => n.Split('/')[^1]).ToLookup(n => n);
            kinds["backup"].Count().ShouldBe((await State()).Backups.Count());
            if (!afterKill) kinds["guard"].ShouldBeEmpty();
        }
        foreach (var kept in Rig.Repository.Memory.Kept.Values) Header(kept.Data)?.Epoch.ShouldBe(2u);
        var head = Rig.Repository.Memory.Head!.Keyring;
        head.Epochs.ShouldBe([2u]);
        Should.Throw<BackupException>(() => head.Unlock(old)).Kind.ShouldBe(ErrorKind.WrongKey);
        Rig.StagedFiles.ShouldBeEmpty();
    }

    /// <summary>No guard of a dead process outlives a cleanup, and nothing is pinned that is not listed or part of the manifest.</summary>
    public async Task ShouldLeaveNothingBehind()
    {
        await Rig.Retain();
        var state = await State();
        var known = state.Backups.Select(b => b.Root).Concat(state.Revisions).Append(state.Checkpoint!.Root).ToHashSet();
        foreach (var node in Nodes)
        {
            var names = node.Inner.PinNames.Where(p => !known.Contains(p.Key)).Select(p => p.Value).ToList();
            names.ShouldNotContain(n => n.EndsWith("/guard", StringComparison.Ordinal) || n.EndsWith("/backup", StringComparison.Ordinal) || n.EndsWith("/checkpoint", StringComparison.Ordinal));
        }
    }

    public void Dispose() => Rig.Dispose();

    private static BlockHeader? Header(byte[] bytes)
    {
        try
        {
            return BlockHeader.Parse(bytes);
        }
        catch (BackupException)
        {
            return null;
        }
    }

    // every collection and the oplog, byte for byte, however they are cut into files
    private async Task<string> Contents(Cid root)
    {
        using var backup = await Rig.Open(root);
        var text = new List<string>();
        foreach (var (name, files) in backup.Index.Collections.Select(c => (c.Namespace.ToString(), c.Files)).Append(("oplog", backup.Index.Oplog?.Files ?? [])))
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var file in files)
            {
                await foreach (var stretch in backup.ReadFile(file, BackupRig.Cancellation)) hash.AppendData(stretch.Span);
            }
            text.Add($"{name} {files.Sum(f => f.Documents)} {Convert.ToHexString(hash.GetHashAndReset())}");
        }
        return string.Join('\n', text);
    }
}
