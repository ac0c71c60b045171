using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Retention;
using BackupFunctions.Tests.Manifest;
using BackupFunctions.Tests.Repositories;

namespace BackupFunctions.Tests.Retention;

public sealed class ReleaseRevisionsTests : IDisposable
{
    private readonly TestRepository _repository = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Theory, InlineData(true), InlineData(false)]
    public async Task Revisions_before_the_last_two_checkpoints_go_and_the_manifest_reads_from_either_of_them(bool checkpointsDiffer)
    {
        var manifest = await _repository.Create();
        await manifest.Append(Entries.Change(1), null, Cancellation);
        for (var revision = 3; revision <= 514; revision++) await manifest.Append(checkpointsDiffer && revision == 300 ? [new ProtectionChanged(Entries.Entry(1).Id, true)] : [], null, Cancellation);

        // of revisions 1 to 514 those to 256 go; checkpoints 256 and 512 stay
        (await Release()).ShouldBe(256);
        (await Release()).ShouldBe(0);
        foreach (var name in new[] { PinNames.Manifest(_repository.Memory.Head!.Repository), PinNames.Checkpoint(_repository.Memory.Head.Repository) })
            _repository.First.Inner.PinNames.Count(p => p.Value == name).ShouldBe(name.EndsWith("manifest", StringComparison.Ordinal) ? 258 : checkpointsDiffer ? 2 : 1);
        _repository.Second.Inner.PinNames.Count.ShouldBe(checkpointsDiffer ? 516 : 515);

        // the second node is gone, and what the first does not pin is collected
        _repository.Second.Inner.Blocks.Clear();
        _repository.Memory.Kept.Clear();
        (await _repository.First.Inner.CollectGarbage()).ShouldBeGreaterThan(256);
        (await _repository.Manifest().Load(Cancellation)).Numbers().ShouldBe(["1"]);
        await _repository.Manifest().Append(Entries.Change(2), null, Cancellation);
        (await _repository.Manifest().Load(Cancellation)).Numbers().ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task A_checkpoint_that_no_revision_names_goes_but_not_while_the_next_revision_may_name_it()
    {
        var manifest = await _repository.Create();
        for (var revision = 1; revision <= 250; revision++) await manifest.Append(Entries.Change(revision), null, Cancellation);
        var state = await manifest.Load(Cancellation);
        // a writer that began another epoch died here
        await CheckpointPages.Write(await _repository.Session().Open(Cancellation), state, state.Revision, Cancellation);
        Checkpoints.Count.ShouldBe(1);
        while (state.Revision < 256) state = await Next(manifest);
        (await Release()).ShouldBe(0);
        await Next(manifest);
        Checkpoints.Count.ShouldBe(2);
        (await Release()).ShouldBe(1);
        Checkpoints.ShouldBe([(await manifest.Load(Cancellation)).Checkpoint!.Root]);
    }

    [Fact]
    public async Task One_that_a_revision_beside_the_chain_names_stays_and_all_do_while_a_node_that_may_hold_such_a_revision_does_not_answer()
    {
        var manifest = await _repository.Create();
        for (var revision = 1; revision <= 5; revision++) await manifest.Append(Entries.Change(revision), null, Cancellation);
        var state = await manifest.Load(Cancellation);
        var repository = await _repository.Session().Open(Cancellation);
        var named = await CheckpointPages.Write(repository, state, 3, Cancellation);
        var beside = await RevisionPublisher.Publish(repository, new(ManifestRevision.CurrentFormat, repository.Id, 4, state.Head, default, named.Checkpoint, Entries.Change(9)), Cancellation);
        await _repository.First.Unpin(beside.Root, Cancellation);
        var lone = await CheckpointPages.Write(repository, await Next(manifest, 7), 6, Cancellation);

        _repository.Second.Refused = NodeCalls.All;
        (await Release()).ShouldBe(0);
        _repository.Second.Refused = NodeCalls.None;
        (await Release()).ShouldBe(1);
        Checkpoints.ShouldContain(named.Checkpoint.Root);
        Checkpoints.ShouldNotContain(lone.Checkpoint.Root);
    }

    [Fact]
    public async Task A_revision_that_is_lost_everywhere_behind_the_newest_checkpoint_keeps_nothing()
    {
        var manifest = await _repository.Create();
        var appended = new List<Cid>();
        for (var revision = 1; revision <= 260; revision++) appended.Add((await manifest.Append(Entries.Change(revision), null, Cancellation)).Root);
        var state = await manifest.Load(Cancellation);
        await CheckpointPages.Write(await _repository.Session().Open(Cancellation), state, 260, Cancellation);
        var lost = appended[100];
        foreach (var node in new[] { _repository.First, _repository.Second }) node.Inner.Blocks.TryRemove(lost, out _);
        _repository.Memory.Kept.Clear();
        (await Release()).ShouldBe(1);
        Checkpoints.ShouldBe([state.Checkpoint!.Root]);
    }

    private IReadOnlyList<Cid> Checkpoints => [.. _repository.First.Inner.PinNames.Where(p => p.Value.EndsWith("/checkpoint", StringComparison.Ordinal)).Select(p => p.Key)];

    private static async Task<ManifestState> Next(ManifestStore manifest, int number = 1000)
    {
        await manifest.Append(Entries.Change(number), null, Cancellation);
        return await manifest.Load(Cancellation);
    }

    private async Task<int> Release()
    {
        var session = _repository.Session();
        return (await new ReleaseRevisionsActivity(session, _repository.Catalog, _repository.Manifest(session), _repository.Nodes).Run(new(0), Cancellation)).Unpinned;
    }
}
