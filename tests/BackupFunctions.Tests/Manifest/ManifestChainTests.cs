using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Tests.Repositories;

namespace BackupFunctions.Tests.Manifest;

public sealed class ManifestChainTests : IDisposable
{
    private readonly TestRepository _repository = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task What_one_process_appends_another_reads_from_either_node()
    {
        var manifest = await _repository.Create();
        for (var i = 1; i <= 5; i++) (await manifest.Append(Entries.Change(i), Cancellation)).Problems.ShouldBeEmpty();
        foreach (var dead in new[] { _repository.First, _repository.Second })
        {
            dead.Refused = NodeCalls.All;
            var state = await _repository.Manifest().Load(Cancellation);
            state.Numbers().ShouldBe(["1", "2", "3", "4", "5"]);
            state.Revision.ShouldBe(6UL);
            dead.Refused = NodeCalls.None;
        }
        foreach (var node in new[] { _repository.First, _repository.Second }) node.Inner.PinNames.Count.ShouldBe(6);
    }

    [Fact]
    public async Task An_entry_recorded_again_replaces_the_one_before()
    {
        var manifest = await _repository.Create();
        await manifest.Append(Entries.Change(1), Cancellation);
        await manifest.Append([new BackupRecorded(Entries.Entry(1) with { Copies = [] })], Cancellation);
        (await manifest.Load(Cancellation)).Backups.ShouldHaveSingleItem().IsDegraded.ShouldBeTrue();
    }

    [Fact]
    public async Task A_node_that_is_down_is_reported_and_the_revision_stands_on_the_other()
    {
        var manifest = await _repository.Create();
        _repository.Second.Refused = NodeCalls.All;
        var appended = await manifest.Append(Entries.Change(1), Cancellation);
        appended.Problems.ShouldHaveSingleItem().ShouldContain("node 2");
        (await manifest.Load(Cancellation)).Numbers().ShouldBe(["1"]);
        _repository.Second.Inner.PinNames.ShouldNotContainKey(appended.Root);

        _repository.Second.Refused = NodeCalls.None;
        (await manifest.Append(Entries.Change(2), Cancellation)).Problems.ShouldBeEmpty();
        (await _repository.Manifest().Load(Cancellation)).Numbers().ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task With_both_nodes_down_nothing_is_recorded()
    {
        var manifest = await _repository.Create();
        var head = _repository.Memory.Head;
        _repository.First.Refused = _repository.Second.Refused = NodeCalls.Import;
        var error = await Should.ThrowAsync<BackupException>(() => manifest.Append(Entries.Change(1), Cancellation));
        (error.Kind, error.Message.Contains("node 1", StringComparison.Ordinal) && error.Message.Contains("node 2", StringComparison.Ordinal)).ShouldBe((ErrorKind.Failed, true));
        _repository.Memory.Head.ShouldBe(head);
    }

    [Fact]
    public async Task While_no_node_answers_the_manifest_is_read_from_the_catalogues_quick_copies()
    {
        var manifest = await _repository.Create();
        for (var n = 1; n <= 600; n++) await manifest.Append(Entries.Change(n), Cancellation);
        _repository.First.Refused = _repository.Second.Refused = NodeCalls.All;
        (await _repository.Manifest().Load(Cancellation)).Backups.Count().ShouldBe(600);
        // not all of history is kept twice
        _repository.Memory.Kept.Values.Min(k => k.Revision).ShouldBeGreaterThan(256ul);
    }

    [Fact]
    public async Task A_quick_copy_that_was_changed_is_not_believed()
    {
        var manifest = await _repository.Create();
        await manifest.Append(Entries.Change(1), Cancellation);
        foreach (var cid in _repository.Memory.Kept.Keys) _repository.Memory.Kept[cid] = (2, Flip(cid, _repository.Memory.Kept[cid].Data));
        (await _repository.Manifest().Load(Cancellation)).Numbers().ShouldBe(["1"]);
    }

    [Fact]
    public async Task A_changed_block_on_one_node_is_read_from_the_other_and_on_both_is_refused()
    {
        var manifest = await _repository.Create();
        await manifest.Append(Entries.Change(1), Cancellation);
        _repository.Memory.Kept.Clear();
        _repository.First.Alters = Flip;
        (await _repository.Manifest().Load(Cancellation)).Numbers().ShouldBe(["1"]);
        _repository.Second.Alters = Flip;
        (await Should.ThrowAsync<BackupException>(() => _repository.Manifest().Load(Cancellation))).Kind.ShouldBe(ErrorKind.Corrupt);
    }

    [Fact]
    public async Task A_head_that_names_a_revision_of_another_number_is_refused()
    {
        var manifest = await _repository.Create();
        await manifest.Append(Entries.Change(1), Cancellation);
        _repository.Memory.Head = _repository.Memory.Head! with { Revision = 9 };
        await ShouldBeCorrupt(() => manifest.Load(Cancellation));
        await ShouldBeCorrupt(() => manifest.Append(Entries.Change(2), Cancellation));
    }

    [Fact]
    public async Task A_chain_whose_links_do_not_count_up_is_refused()
    {
        var manifest = await _repository.Create();
        var head = _repository.Memory.Head!;
        // the third revision right behind the first
        await Publish(new(0, head.Repository, 3, head.Manifest, _repository.Time.GetUtcNow(), null, []));
        await ShouldBeCorrupt(() => manifest.Load(Cancellation));
        // a second revision that is the first of its chain
        await Publish(new(0, head.Repository, 2, null, _repository.Time.GetUtcNow(), null, []));
        await ShouldBeCorrupt(() => manifest.Load(Cancellation));
    }

    [Fact]
    public async Task A_revision_that_says_another_repository_is_refused()
    {
        var manifest = await _repository.Create();
        var head = _repository.Memory.Head!;
        await Publish(new(0, new(new byte[16]), 2, head.Manifest, _repository.Time.GetUtcNow(), null, []));
        await ShouldBeCorrupt(() => manifest.Load(Cancellation));
    }

    [Fact]
    public async Task A_revision_of_another_repository_s_keys_is_refused()
    {
        var manifest = await _repository.Create();
        using var foreign = new TestRepository(seed: 2000);
        await (await foreign.Create()).Append(Entries.Change(7), Cancellation);
        foreach (var (cid, bytes) in foreign.First.Inner.Blocks) _repository.First.Inner.Blocks[cid] = bytes;
        _repository.Memory.Head = _repository.Memory.Head! with { Revision = 2, Manifest = foreign.Memory.Head!.Manifest };
        await ShouldBeCorrupt(() => manifest.Load(Cancellation));
    }

    private static byte[] Flip(Cid cid, byte[] bytes) => [.. bytes[..^1], (byte)(bytes[^1] ^ 1)];

    private static async Task ShouldBeCorrupt(Func<Task> action) => (await Should.ThrowAsync<BackupException>(action)).Kind.ShouldBe(ErrorKind.Corrupt);

    private async Task Publish(ManifestRevision revision)
    {
        var session = await _repository.Session().Open(Cancellation);
        var published = await RevisionPublisher.Publish(session, revision, Cancellation);
        _repository.Memory.Head = _repository.Memory.Head! with { Revision = revision.Revision, Manifest = published.Root };
    }
}
