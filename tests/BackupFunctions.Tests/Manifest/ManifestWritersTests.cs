using BackupFunctions.Ambient;
using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Repositories;
using BackupFunctions.Serialization;
using BackupFunctions.Tests.Ipfs;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;

namespace BackupFunctions.Tests.Manifest;

/// <summary>Writers beside each other, writers that died, and heads that went back.</summary>
public sealed class ManifestWritersTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>, IDisposable
{
    private const int Writers = 12;
    private readonly TestRepository _repository = new();
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _repository.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public Task Many_writers_over_one_directory_lose_nothing() => ManyWriters(new FileCatalog(_directory.Path, new DiskFiles()));

    [Fact]
    public async Task Many_writers_over_one_database_lose_nothing()
    {
        var endpoint = new MongoEndpoint(_ => Task.FromResult(server.Connection));
        await ManyWriters(new MongoCatalog(endpoint, server.NewDatabase(), "test"));
    }

    private static async Task ManyWriters(ICatalog catalog)
    {
        using var repository = new TestRepository(catalog);
        await repository.Create();
        var appended = await Task.WhenAll(Enumerable.Range(1, Writers).Select(i => Task.Run(() => repository.Manifest().Append(Entries.Change(i), null, Cancellation))));

        var state = await repository.Manifest().Load(Cancellation);
        state.Numbers().ShouldBe(Enumerable.Range(1, Writers).Select(i => $"{i}"));
        state.Revision.ShouldBe(1UL + Writers);
        appended.Select(a => a.Revision).Order().ShouldBe(Enumerable.Range(2, Writers).Select(i => (ulong)i));
        foreach (var revision in appended) repository.First.Inner.PinNames.ShouldContainKey(revision.Root);
    }

    [Fact]
    public async Task A_writer_that_read_an_old_head_beside_two_faster_ones_does_not_take_it_for_a_rolled_back_catalogue()
    {
        var slow = await _repository.Create();
        var fast = _repository.Manifest();
        var done = false;
        _repository.First.Before = async call =>
        {
            if (call != NodeCalls.Pins || done) return;
            done = true;
            // between the slow writer's reading of the head and its look at the pins
            await fast.Append(Entries.Change(1), null, Cancellation);
            await fast.Append(Entries.Change(2), null, Cancellation);
        };
        await slow.Append(Entries.Change(3), null, Cancellation);
        (await _repository.Manifest().Load(Cancellation)).Numbers().ShouldBe(["1", "2", "3"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_revision_whose_writer_died_before_moving_the_head_is_rolled_forward_and_brought_to_both_nodes(bool onBoth)
    {
        var manifest = await _repository.Create();
        if (!onBoth) _repository.Second.Refused = NodeCalls.All;
        var dead = await Die(Entries.Change(1));
        _repository.Second.Refused = NodeCalls.None;

        var appended = await manifest.Append(Entries.Change(2), null, Cancellation);
        appended.Revision.ShouldBe(3UL);
        (await _repository.Manifest().Load(Cancellation)).Numbers().ShouldBe(["1", "2"]);
        _repository.Second.Inner.PinNames.ShouldContainKey(dead);
        await _repository.Manifest().Append(Entries.Change(3), null, Cancellation);
        (await _repository.Manifest().Load(Cancellation)).Numbers().ShouldBe(["1", "2", "3"]);
    }

    [Fact]
    public async Task Recording_a_backup_twice_adds_one_revision()
    {
        var manifest = await _repository.Create();
        var activity = new RecordActivity(manifest);
        var first = await activity.Run(new(Entries.Change(1), 1), Cancellation);
        (await activity.Run(new(Entries.Change(1), 1), Cancellation)).Revision.ShouldBe(first.Revision);
        (await manifest.Load(Cancellation)).Revision.ShouldBe(2UL);
    }

    [Fact]
    public async Task A_backup_whose_recording_died_before_moving_the_head_is_recorded_once_when_it_runs_again()
    {
        var manifest = await _repository.Create();
        await Die(Entries.Change(1));
        await new RecordActivity(manifest).Run(new(Entries.Change(1), 1), Cancellation);
        (await _repository.Manifest().Load(Cancellation)).Numbers().ShouldBe(["1"]);
    }

    [Fact]
    public async Task A_rolled_back_catalogue_is_refused_and_nothing_is_changed()
    {
        var manifest = await _repository.Create();
        await manifest.Append(Entries.Change(1), null, Cancellation);
        var old = _repository.Memory.Head;
        for (var i = 2; i < 4; i++) await manifest.Append(Entries.Change(i), null, Cancellation);
        _repository.Memory.Head = old;
        var pins = Pins();

        var error = await Should.ThrowAsync<BackupException>(() => _repository.Manifest().Append(Entries.Change(9), null, Cancellation));
        error.Message.ShouldContain("revision 4");
        error.Hint.ShouldNotBeNull().ShouldContain("rolled back");
        _repository.Memory.Head.ShouldBe(old);
        Pins().ShouldBe(pins);
    }

    [Fact]
    public async Task A_catalogue_that_forked_is_refused()
    {
        var manifest = await _repository.Create();
        var first = _repository.Memory.Head;
        await manifest.Append(Entries.Change(1), null, Cancellation);
        await manifest.Append(Entries.Change(2), null, Cancellation);
        // behind the first revision again, and one of the future's revisions is lost
        _repository.Memory.Head = first;
        await Should.ThrowAsync<BackupException>(() => _repository.Manifest().Append(Entries.Change(3), null, Cancellation));
    }

    [Fact]
    public async Task A_rolled_back_catalogue_is_noticed_by_one_node_when_the_other_is_down()
    {
        var manifest = await _repository.Create();
        var old = _repository.Memory.Head;
        for (var i = 1; i < 3; i++) await manifest.Append(Entries.Change(i), null, Cancellation);
        _repository.Memory.Head = old;
        _repository.First.Refused = NodeCalls.All;
        await Should.ThrowAsync<BackupException>(() => _repository.Manifest().Append(Entries.Change(9), null, Cancellation));
        _repository.Memory.Head.ShouldBe(old);
    }

    [Fact]
    public async Task A_forged_newer_revision_does_not_stop_the_writers_and_is_reported()
    {
        var manifest = await _repository.Create();
        var head = _repository.Memory.Head!;
        // sealed under keys that are not ours, and pinned under our name
        using var keys = RepositoryKeys.Create(new byte[32], head.Repository, 1);
        using var sealer = new BlockSealer(keys);
        var revision = new ManifestRevision(0, head.Repository, 99, head.Manifest, _repository.Time.GetUtcNow(), null, []);
        var root = await PinRevision(SealedFile.Seal(sealer, BlockType.Manifest, new ManifestContext(99, head.Manifest).Encode(), EngineJson.Write(revision)));

        var appended = await manifest.Append(Entries.Change(1), null, Cancellation);
        appended.Revision.ShouldBe(2UL);
        appended.Problems.ShouldHaveSingleItem().ShouldContain(root.ToString());
    }

    [Fact]
    public async Task A_revision_that_lost_its_blocks_on_one_node_is_read_from_the_other()
    {
        var manifest = await _repository.Create();
        var dead = await Die(Entries.Change(1));
        _repository.First.Inner.Blocks.TryRemove(dead, out _);
        (await manifest.Append(Entries.Change(2), null, Cancellation)).Problems.ShouldBeEmpty();
        (await _repository.Manifest().Load(Cancellation)).Numbers().ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task A_damaged_pin_of_an_old_revision_does_not_stop_the_writers()
    {
        var manifest = await _repository.Create();
        var stray = Cid.Raw([1, 2, 3]);
        _repository.First.Inner.PinNames[stray] = PinNames.Manifest(_repository.Memory.Head!.Repository);
        (await manifest.Append(Entries.Change(1), null, Cancellation)).Problems.ShouldHaveSingleItem().ShouldContain(stray.ToString());
    }

    [Fact]
    public async Task A_revision_that_lost_the_race_is_recorded_even_when_it_cannot_be_unpinned()
    {
        var slow = await _repository.Create();
        _repository.Second.Refused = NodeCalls.Unpin;
        _repository.Memory.BeforeReplace = async () =>
        {
            _repository.Memory.BeforeReplace = null;
            // the other writer does not see what was published, as if it had looked just before
            _repository.First.Refused = NodeCalls.Pins;
            _repository.Second.Refused = NodeCalls.Pins | NodeCalls.Unpin;
            await _repository.Manifest().Append(Entries.Change(1), null, Cancellation);
            _repository.First.Refused = NodeCalls.None;
            _repository.Second.Refused = NodeCalls.Unpin;
        };
        await slow.Append(Entries.Change(2), null, Cancellation);
        (await _repository.Manifest().Load(Cancellation)).Numbers().ShouldBe(["1", "2"]);
    }

    private Dictionary<Cid, string>[] Pins() => [new(_repository.First.Inner.PinNames), new(_repository.Second.Inner.PinNames)];

    // publishes the next revision as a writer does, and goes no further
    private async Task<Cid> Die(IReadOnlyList<ManifestChange> changes)
    {
        var head = _repository.Memory.Head!;
        var repository = await _repository.Session().Open(Cancellation);
        var revision = new ManifestRevision(0, head.Repository, head.Revision + 1, head.Manifest, _repository.Time.GetUtcNow(), null, changes);
        return (await RevisionPublisher.Publish(repository, revision, Cancellation)).Root;
    }

    private async Task<Cid> PinRevision(SealedFile revision)
    {
        var keyring = _repository.Memory.Head!.Keyring.ToJson();
        var tree = new UnixFsTree();
        var blocks = new List<Block>([.. revision.Blocks, new Block(Cid.Raw(keyring), keyring)]);
        tree.Add(RevisionReader.RevisionName, revision.File.Root, revision.File.Tsize);
        tree.Add(RevisionReader.KeyringName, Cid.Raw(keyring), keyring.Length);
        var root = tree.Build(blocks.Add);
        await RevisionPublisher.ToAllNodes(_repository.Memory.Head.Repository, [_repository.First], root, blocks, PinNames.Manifest(_repository.Memory.Head.Repository), Cancellation);
        return root;
    }
}
