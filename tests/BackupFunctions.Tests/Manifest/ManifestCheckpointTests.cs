using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Tests.Repositories;

namespace BackupFunctions.Tests.Manifest;

public sealed class ManifestCheckpointTests : IDisposable
{
    private readonly TestRepository _repository = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task A_checkpoint_holds_the_same_as_the_chain_and_ends_the_reading()
    {
        var manifest = await _repository.Create();
        await AppendUntil(manifest, 256, entries: 3);
        var before = await manifest.Load(Cancellation);
        before.Checkpoint.ShouldBeNull();
        var behind = _repository.Memory.Head!.Manifest;

        await manifest.Append([], null, Cancellation);
        var after = await _repository.Manifest().Load(Cancellation);
        after.Checkpoint.ShouldNotBeNull().Revision.ShouldBe(256UL);
        after.Revision.ShouldBe(257UL);
        after.Text().ShouldBe(before.Text());

        // what lies behind the checkpoint is not read: it may be gone from both nodes
        foreach (var node in new[] { _repository.First.Inner, _repository.Second.Inner })
            node.Blocks.TryRemove(behind, out _).ShouldBeTrue();
        await manifest.Append(Entries.Change(9), null, Cancellation);
        (await _repository.Manifest().Load(Cancellation)).Numbers().ShouldBe(["1", "2", "3", "9"]);
    }

    [Fact]
    public async Task Pages_that_did_not_change_are_the_same_blocks_in_the_next_checkpoint()
    {
        var manifest = await _repository.Create();
        // one full page of 256 entries and one that grows
        await manifest.Append([.. Enumerable.Range(1, 300).SelectMany(Entries.Change)], null, Cancellation);
        await AppendUntil(manifest, 257, entries: 0);
        var first = (await manifest.Load(Cancellation)).Checkpoint.ShouldNotBeNull();
        await manifest.Append(Entries.Change(301), null, Cancellation);
        await AppendUntil(manifest, 513, entries: 0);
        var second = (await manifest.Load(Cancellation)).Checkpoint.ShouldNotBeNull();

        second.Revision.ShouldBe(512UL);
        var (old, now) = (await Pages(first), await Pages(second));
        now.Count.ShouldBe(2);
        now[0].ShouldBe(old[0]);
        now[1].ShouldNotBe(old[1]);
        (await _repository.Manifest().Load(Cancellation)).Backups.Count().ShouldBe(301);
    }

    [Fact]
    public async Task A_checkpoint_that_one_node_does_not_take_is_reported()
    {
        var manifest = await _repository.Create();
        await AppendUntil(manifest, 256, entries: 1);
        var imports = 0;
        _repository.Second.Before = call =>
        {
            // the checkpoint is the first import of this append, the revision the second
            _repository.Second.Refused = call == NodeCalls.Import && ++imports == 1 ? NodeCalls.Import : NodeCalls.None;
            return Task.CompletedTask;
        };
        (await manifest.Append(Entries.Change(2), null, Cancellation)).Problems.ShouldHaveSingleItem().ShouldContain("node 2");
        _repository.Second.Before = null;
        (await _repository.Manifest().Load(Cancellation)).Numbers().ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task A_revision_finished_by_another_writer_is_known_behind_a_checkpoint_and_stays_pinned()
    {
        var mine = await _repository.Create();
        await AppendUntil(mine, 255, entries: 0);
        var other = _repository.Manifest();
        var published = _repository.First.Inner.PinNames.Keys.ToHashSet();
        // revision 256 is published; before its writer moves the head, another one finishes it and goes on past the checkpoint
        _repository.Memory.BeforeReplace = async () =>
        {
            _repository.Memory.BeforeReplace = null;
            await other.Append(Entries.Change(2), null, Cancellation);
            await other.Append(Entries.Change(3), null, Cancellation);
        };
        var appended = await mine.Append(Entries.Change(1), null, Cancellation);

        appended.Revision.ShouldBe(256UL);
        _repository.First.Inner.PinNames.ShouldContainKey(appended.Root);
        var state = await _repository.Manifest().Load(Cancellation);
        state.Numbers().ShouldBe(["1", "2", "3"]);
        state.Revision.ShouldBe(258UL);
    }

    private async Task<IReadOnlyList<Cid>> Pages(ManifestCheckpoint checkpoint)
    {
        var files = new UnixFsReader(new BlockReader(_repository.Nodes));
        return [.. (await files.List(await files.Resolve(checkpoint.Root, "pages", Cancellation), Cancellation)).Select(p => p.Cid)];
    }

    private static async Task AppendUntil(ManifestStore manifest, ulong revision, int entries)
    {
        for (var i = 1; (await manifest.Load(Cancellation)).Revision < revision; i++)
            await manifest.Append(i <= entries ? Entries.Change(i) : [], null, Cancellation);
    }
}
