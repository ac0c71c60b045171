using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Recovery;
using BackupFunctions.Repositories;
using BackupFunctions.Serialization;
using BackupFunctions.Tests.Encryption;
using BackupFunctions.Tests.Manifest;
using BackupFunctions.Tests.Repositories;

namespace BackupFunctions.Tests.Recovery;

/// <summary>The catalogue is gone: nodes and the key give it back.</summary>
public sealed class LostCatalogTests : IDisposable
{
    private readonly RecoveryRig _rig = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_is_rebuilt_from_the_pins_whether_nodes_keep_their_names_or_not(bool names)
    {
        (_rig.Repository.First.KeepsNames, _rig.Repository.Second.KeepsNames) = (names, names);
        await _rig.Repository.Create();
        for (var i = 1; i < 4; i++) await _rig.Record(i);
        var head = _rig.Repository.Memory.Head!;
        _rig.LoseCatalog();

        var result = await _rig.Recover();
        (result.Outcome, result.Repository, result.Revision, result.CatalogRevision).ShouldBe((RecoveryOutcome.Recovered, head.Repository, 4UL, null));
        result.Warnings.ShouldBeEmpty();
        result.Backups.Count.ShouldBe(3);
        _rig.Head.ShouldBe(head.Manifest);
        _rig.Repository.Memory.Kept.ShouldContainKey(head.Manifest);
        (await _rig.Listed()).ShouldBe([1U, 2U, 3U]);
        (await _rig.Recover()).Outcome.ShouldBe(RecoveryOutcome.UpToDate);
        await _rig.Record(4);
        (await _rig.Listed()).ShouldBe([1U, 2U, 3U, 4U]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_node_is_enough_and_the_one_that_does_not_answer_is_told(bool first)
    {
        await _rig.Repository.Create();
        await _rig.Record(1);
        _rig.LoseCatalog();
        (first ? _rig.Repository.First : _rig.Repository.Second).Refused = NodeCalls.All;

        var result = await _rig.Recover();
        result.Outcome.ShouldBe(RecoveryOutcome.Recovered);
        result.Unanswered.ShouldHaveSingleItem().ShouldContain(first ? "node 1" : "node 2");
        _rig.Repository.First.Refused = _rig.Repository.Second.Refused = NodeCalls.None;
        (await _rig.Listed()).ShouldBe([1U]);
    }

    [Fact]
    public async Task Without_any_node_nothing_can_be_found()
    {
        await _rig.Repository.Create();
        _rig.LoseCatalog();
        _rig.Repository.First.Refused = _rig.Repository.Second.Refused = NodeCalls.All;
        (await Should.ThrowAsync<BackupException>(() => _rig.Recover())).Message.ShouldContain("no node answers");
    }

    [Fact]
    public async Task An_empty_node_in_the_place_of_a_lost_one_gets_the_manifest()
    {
        await _rig.Repository.Create();
        for (var i = 1; i < 4; i++) await _rig.Record(i);
        _rig.LoseCatalog();
        _rig.Second.Blocks.Clear();
        _rig.Second.PinNames.Clear();
        await _rig.Recover();
        _rig.First.Blocks.Clear();
        _rig.First.PinNames.Clear();
        _rig.LoseCatalog();
        (await _rig.Recover()).Revision.ShouldBe(4UL);
    }

    [Fact]
    public async Task More_revisions_than_a_checkpoint_has_are_read_from_it()
    {
        var manifest = await _rig.Repository.Create();
        while ((await manifest.Load(Cancellation)).Revision < 260) await manifest.Append(Entries.Change((int)(await manifest.Load(Cancellation)).Revision), null, Cancellation);
        var text = (await manifest.Load(Cancellation)).Text();
        _rig.LoseCatalog();
        _rig.Second.Blocks.Clear();
        _rig.Second.PinNames.Clear();
        (await _rig.Recover()).Revision.ShouldBe(260UL);
        (await _rig.Manifest.Load(Cancellation)).Text().ShouldBe(text);
        // the checkpoint, and what stands behind it
        _rig.Second.PinNames.Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_revision_that_nobody_pins_is_recovered_from_by_its_CID()
    {
        await _rig.Repository.Create();
        await _rig.Record(1);
        var (head, id) = (_rig.Head, _rig.Id);
        _rig.LoseCatalog();
        foreach (var node in new[] { _rig.First, _rig.Second })
        {
            foreach (var (root, name) in node.PinNames)
                if (name == PinNames.Manifest(id)) node.PinNames.TryRemove(root, out _);
        }
        (await Should.ThrowAsync<BackupException>(() => _rig.Recover())).Kind.ShouldBe(ErrorKind.NotFound);
        (await _rig.Recover(new(head))).Revision.ShouldBe(2UL);
        _rig.First.PinNames.ShouldContainKey(head);
        (await _rig.Listed()).ShouldBe([1U]);
    }

    [Fact]
    public async Task A_CID_of_something_else_is_refused_with_what_it_is_for()
    {
        await _rig.Repository.Create();
        var backup = await _rig.Record(1);
        _rig.LoseCatalog();
        var error = await Should.ThrowAsync<BackupException>(() => _rig.Recover(new(backup.Root)));
        error.Kind.ShouldBe(ErrorKind.NotFound);
        error.Hint.ShouldNotBeNull().ShouldContain("restore-full CID");
    }

    [Fact]
    public async Task Where_the_key_opens_several_repositories_it_asks_which()
    {
        await _rig.Repository.Create();
        await _rig.Record(1);
        var first = _rig.Id;
        using var other = new TestRepository(seed: 5000);
        await other.Create();
        foreach (var (cid, bytes) in other.First.Inner.Blocks) _rig.First.Blocks[cid] = bytes;
        foreach (var (root, name) in other.First.Inner.PinNames) _rig.First.PinNames[root] = name;
        _rig.LoseCatalog();

        var error = await Should.ThrowAsync<BackupException>(() => _rig.Recover());
        error.Kind.ShouldBe(ErrorKind.Configuration);
        error.Message.ShouldContain(first.ToString());
        error.Message.ShouldContain(other.Memory.Head!.Repository.ToString());
        error.Hint.ShouldNotBeNull().ShouldContain("--repository");
        (await _rig.Recover(new(Repository: first))).Repository.ShouldBe(first);
        // what the catalogue is of needs no asking, and it is never made into another one
        (await _rig.Recover()).Outcome.ShouldBe(RecoveryOutcome.UpToDate);
        (await Should.ThrowAsync<BackupException>(() => _rig.Recover(new(Repository: other.Memory.Head.Repository)))).Message.ShouldContain($"is of repository {first}");
    }

    [Fact]
    public async Task Another_key_opens_nothing()
    {
        await _rig.Repository.Create();
        _rig.LoseCatalog();
        var error = await Should.ThrowAsync<BackupException>(() => _rig.Recover(key: TestRepository.OtherKey));
        error.Kind.ShouldBe(ErrorKind.WrongKey);
        _rig.Repository.Memory.Head.ShouldBeNull();
    }

    [Fact]
    public async Task A_dry_run_tells_the_same_and_writes_nothing()
    {
        await _rig.Repository.Create();
        await _rig.Record(1);
        _rig.LoseCatalog();
        _rig.Second.PinNames.Clear();
        var result = await _rig.Recover(new(DryRun: true));
        (result.Outcome, result.Revision, result.Backups.Count).ShouldBe((RecoveryOutcome.Found, 2UL, 1));
        _rig.Repository.Memory.Head.ShouldBeNull();
        _rig.Second.PinNames.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_keyring_of_the_newest_revision_counts_and_the_key_before_it_is_told_to_be_old()
    {
        await _rig.Repository.Create();
        await _rig.Record(1);
        var head = _rig.Repository.Memory.Head!;
        var rotated = await Rotate(head);
        _rig.LoseCatalog();

        var error = await Should.ThrowAsync<BackupException>(() => _rig.Recover());
        error.Kind.ShouldBe(ErrorKind.WrongKey);
        error.Message.ShouldContain("rotated");
        (await _rig.Recover(key: TestRepository.OtherKey)).Revision.ShouldBe(3UL);
        _rig.Head.ShouldBe(rotated);
        _rig.Repository.Memory.Head!.Keyring.Slots.ShouldHaveSingleItem().Context.Id.ShouldBe("2");
    }

    [Fact]
    public async Task Forged_pins_are_passed_over_and_told()
    {
        await _rig.Repository.Create();
        await _rig.Record(1);
        var (head, forged) = (_rig.Head, await Forge());
        _rig.LoseCatalog();
        var result = await _rig.Recover();
        (result.Manifest, result.Revision).ShouldBe((head, 2UL));
        result.Warnings.ShouldHaveSingleItem().ShouldContain(forged.ToString());
    }

    [Fact]
    public async Task What_waits_in_staging_is_left_to_the_next_run()
    {
        await _rig.Repository.Create();
        await _rig.Record(1);
        var waiting = await _rig.Pin(2);
        await using (var writer = await _rig.Staging.Create(waiting.Id.ToString(), "backup.record", Cancellation))
        {
            await writer.Commit(Cancellation);
        }
        // a revision is lost, so that what is pinned and not listed would be listed again
        await _rig.Record(3);
        var lost = _rig.Head;
        foreach (var node in new[] { _rig.First, _rig.Second }) await _rig.LoseRevision(node, lost);
        _rig.LoseCatalog();
        (await _rig.Recover()).Relisted.Select(b => b.StartOptime!.Seconds).ShouldBe([3U]);
    }

    private async Task<Cid> Rotate(CatalogHead head)
    {
        using var old = new RawKeySecret(Convert.FromBase64String(TestRepository.Key));
        using var next = new RawKeySecret(Convert.FromBase64String(TestRepository.OtherKey));
        using var keys = head.Keyring.Unlock(old);
        keys.AddSlot(new SeededRandomSource(9), next, "2");
        var keyring = new Keyring(head.Repository, keys.Keyring.Epochs, [.. keys.Keyring.Slots.Where(s => s.Context.Id == "2")]);
        using var rotated = new Repository(keyring.Unlock(next), _rig.Repository.Nodes);
        return (await RevisionPublisher.Publish(rotated, new(0, head.Repository, head.Revision + 1, head.Manifest, _rig.Repository.Time.GetUtcNow(), null, []), Cancellation)).Root;
    }

    // under the repository's id and keyring, sealed by keys that are not its own
    private async Task<Cid> Forge()
    {
        var head = _rig.Repository.Memory.Head!;
        var (blocks, tree, keyring) = (new List<Block>(), new UnixFsTree(), head.Keyring.ToJson());
        using var keys = RepositoryKeys.Create(new byte[32], head.Repository, 1);
        using var sealer = new BlockSealer(keys);
        var revision = new ManifestRevision(0, head.Repository, 99, head.Manifest, _rig.Repository.Time.GetUtcNow(), null, []);
        var sealedRevision = SealedFile.Seal(sealer, BlockType.Manifest, new ManifestContext(99, head.Manifest).Encode(), EngineJson.Write(revision));
        blocks.AddRange(sealedRevision.Blocks);
        blocks.Add(new(Cid.Raw(keyring), keyring));
        tree.Add(RevisionReader.RevisionName, sealedRevision.File.Root, sealedRevision.File.Tsize);
        tree.Add(RevisionReader.KeyringName, Cid.Raw(keyring), keyring.Length);
        var root = tree.Build(blocks.Add);
        await RevisionPublisher.ToAllNodes(head.Repository, [_rig.Repository.First], root, blocks, PinNames.Manifest(head.Repository), Cancellation);
        return root;
    }
}
