using BackupFunctions.Encryption;
using BackupFunctions.Manifest;
using BackupFunctions.Rotation;
using BackupFunctions.Tests.Encryption;
using BackupFunctions.Tests.Manifest;
using BackupFunctions.Tests.Repositories;

namespace BackupFunctions.Tests.Rotation;

/// <summary>Slots that come and go, each change in one revision and in the head at once.</summary>
public sealed class KeySlotTests : IDisposable
{
    private static readonly string ThirdKey = Convert.ToBase64String(new SeededRandomSource(13).Bytes(32));

    private readonly TestRepository _repository = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Keyring Keyring => _repository.Memory.Head!.Keyring;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task A_slot_that_is_added_is_listed_and_its_key_opens_the_repository()
    {
        await _repository.Create();
        var changed = await _repository.Slots(newKey: TestRepository.OtherKey).Add(null, Cancellation);
        changed.ShouldSatisfyAllConditions(c => c.Revision.ShouldBe(2UL), c => c.Change.Added.ShouldBe(["2"]), c => c.Change.Removed.ShouldBeEmpty());
        var listed = await _repository.Slots(newKey: TestRepository.OtherKey).List(Cancellation);
        listed.Select(s => (s.Id, s.Kind, string.Join(',', s.Epochs), s.IsOpenedByKey, s.IsOpenedByNewKey)).ShouldBe([("1", "raw", "1", true, false), ("2", "raw", "1", false, true)]);
        (await _repository.Session(TestRepository.OtherKey).Open(Cancellation)).Keys.Current.Epoch.ShouldBe(1u);
        (await _repository.Manifest(_repository.Session(TestRepository.OtherKey)).Load(Cancellation)).KeyChanges.ShouldHaveSingleItem().Keyring.ShouldBe(Keyring.Digest);

        var again = await Should.ThrowAsync<BackupException>(() => _repository.Slots(newKey: TestRepository.OtherKey).Add(null, Cancellation));
        (again.Kind, again.Message).ShouldBe((ErrorKind.Configuration, "add a key slot: the new key opens slot 2 already"));
        var taken = await Should.ThrowAsync<BackupException>(() => _repository.Slots(newKey: ThirdKey).Add("2", Cancellation));
        taken.Message.ShouldContain("has one of that id");
        (await Should.ThrowAsync<BackupException>(() => _repository.Slots().Add(null, Cancellation))).Hint!.ShouldContain("BACKUP_NEW_ENCRYPTION_KEY_FILE");
    }

    [Fact]
    public async Task The_last_slot_and_the_one_that_nobody_replaces_stay()
    {
        await _repository.Create();
        var last = await Should.ThrowAsync<BackupException>(() => _repository.Slots().Remove("1", Cancellation));
        (last.Kind, last.Message.Contains("the last one", StringComparison.Ordinal)).ShouldBe((ErrorKind.Configuration, true));
        await _repository.Slots(newKey: TestRepository.OtherKey).Add("safe", Cancellation);
        var own = await Should.ThrowAsync<BackupException>(() => _repository.Slots().Remove("1", Cancellation));
        (own.Kind, own.Message.Contains("no key that is set opens what would remain", StringComparison.Ordinal)).ShouldBe((ErrorKind.Configuration, true));
        var wrong = await Should.ThrowAsync<BackupException>(() => _repository.Slots(newKey: ThirdKey).Remove("1", Cancellation));
        wrong.Kind.ShouldBe(ErrorKind.Configuration);
        (await Should.ThrowAsync<BackupException>(() => _repository.Slots().Remove("3", Cancellation))).Kind.ShouldBe(ErrorKind.NotFound);
        Keyring.Slots.Count.ShouldBe(2);

        await _repository.Slots(newKey: TestRepository.OtherKey).Remove("1", Cancellation);
        Keyring.Slots.ShouldHaveSingleItem().Context.Id.ShouldBe("safe");
        (await Should.ThrowAsync<BackupException>(() => _repository.Session().Open(Cancellation))).Kind.ShouldBe(ErrorKind.WrongKey);
    }

    [Fact]
    public async Task A_rotation_replaces_the_slot_of_the_old_key_and_leaves_the_others()
    {
        var manifest = await _repository.Create();
        await manifest.Append(Entries.Change(1), null, Cancellation);
        await _repository.Slots(newKey: ThirdKey).Add("safe", Cancellation);
        var rotated = await _repository.Slots(newKey: TestRepository.OtherKey).Rotate(null, Cancellation);
        (rotated.Revision, string.Join(',', rotated.Change.Added), string.Join(',', rotated.Change.Removed)).ShouldBe((4UL, "2", "1"));
        foreach (var key in new[] { TestRepository.OtherKey, ThirdKey })
            (await _repository.Manifest(_repository.Session(key)).Load(Cancellation)).Numbers().ShouldBe(["1"]);
        (await Should.ThrowAsync<BackupException>(() => _repository.Manifest().Load(Cancellation))).Kind.ShouldBe(ErrorKind.WrongKey);

        // asked again with both keys, it is done already
        var again = await _repository.Slots(newKey: TestRepository.OtherKey).Rotate(null, Cancellation);
        (again.Revision, again.Change.Added.Count, again.Change.Removed.Count).ShouldBe((4UL, 0, 0));
        var same = await Should.ThrowAsync<BackupException>(() => _repository.Slots(TestRepository.OtherKey, TestRepository.OtherKey).Rotate(null, Cancellation));
        same.Message.ShouldBe("rotate keys: the new key is the one that is set already");
        (await Should.ThrowAsync<BackupException>(() => _repository.Slots(newKey: Convert.ToBase64String(new byte[32])).Rotate(null, Cancellation))).Kind.ShouldBe(ErrorKind.WrongKey);
    }

    [Fact]
    public async Task A_passphrase_takes_the_place_of_a_key()
    {
        await _repository.Create();
        var passphrase = PassphraseKeySource.FromValue("BACKUP_NEW_ENCRYPTION_PASSPHRASE", "seven words that nobody would ever guess");
        var random = new SeededRandomSource(5);
        using var session = new BackupFunctions.Repositories.RepositorySession(_repository.Catalog, TestRepository.KeySource(), _repository.Nodes, random, _repository.Time, passphrase);
        var slots = new RepositoryKeyring(_repository.Catalog, _repository.Manifest(session), TestRepository.KeySource(), passphrase, random) { Iterations = KeySlotContext.MinIterations };
        await slots.Rotate("words", Cancellation);
        (await slots.List(Cancellation)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            s => s.Id.ShouldBe("words"), s => s.Kind.ShouldBe("pbkdf2-sha512"), s => s.IsOpenedByKey.ShouldBeFalse(), s => s.IsOpenedByNewKey.ShouldBeTrue());
        (await session.Open(Cancellation)).Keys.Current.Epoch.ShouldBe(1u);
    }

    [Fact]
    public async Task Two_who_change_keys_at_once_lose_nothing()
    {
        await _repository.Create();
        await Task.WhenAll(
            Task.Run(() => _repository.Slots(newKey: TestRepository.OtherKey).Add("a", Cancellation)),
            Task.Run(() => _repository.Slots(newKey: ThirdKey).Add("b", Cancellation)));
        Keyring.Slots.Select(s => s.Context.Id).Order().ShouldBe(["1", "a", "b"]);
        (await _repository.Manifest().Load(Cancellation)).KeyChanges.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_writer_with_an_older_keyring_does_not_write_it_back()
    {
        var slow = await _repository.Create();
        await slow.Append(Entries.Change(1), null, Cancellation);
        // the keyring changes between what the writer has read and its change of the head
        _repository.Memory.BeforeReplace = async () =>
        {
            _repository.Memory.BeforeReplace = null;
            await _repository.Slots(newKey: TestRepository.OtherKey).Add("new", Cancellation);
        };
        await slow.Append(Entries.Change(2), null, Cancellation);
        Keyring.Slots.Select(s => s.Context.Id).ShouldBe(["1", "new"]);
        (await _repository.Manifest(_repository.Session(TestRepository.OtherKey)).Load(Cancellation)).Numbers().ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task Of_two_rotations_at_once_one_is_first_and_the_other_says_that_its_key_is_old()
    {
        await _repository.Create();
        BackupException? second = null;
        // what is published first is finished by whoever comes upon it
        _repository.Memory.BeforeReplace = async () =>
        {
            _repository.Memory.BeforeReplace = null;
            second = await Should.ThrowAsync<BackupException>(() => _repository.Slots(newKey: ThirdKey).Rotate("second", Cancellation));
        };
        await _repository.Slots(newKey: TestRepository.OtherKey).Rotate("first", Cancellation);
        (second!.Kind, Keyring.Slots.Single().Context.Id, _repository.Memory.Head!.Revision).ShouldBe((ErrorKind.WrongKey, "first", 2UL));
    }

    [Fact]
    public async Task Who_dies_between_the_revision_and_the_head_is_finished_with_the_new_keyring()
    {
        await _repository.Create();
        _repository.Memory.BeforeReplace = () => throw new IOException("killed");
        await Should.ThrowAsync<IOException>(() => _repository.Slots(newKey: TestRepository.OtherKey).Add("new", Cancellation));
        _repository.Memory.BeforeReplace = null;
        await _repository.Manifest().Append(Entries.Change(1), null, Cancellation);
        (_repository.Memory.Head!.Revision, string.Join(',', Keyring.Slots.Select(s => s.Context.Id))).ShouldBe((3UL, "1,new"));
    }

    [Fact]
    public async Task An_older_keyring_that_is_put_back_into_the_catalogue_is_noticed()
    {
        var manifest = await _repository.Create();
        var old = Keyring;
        await _repository.Slots(newKey: TestRepository.OtherKey).Add("new", Cancellation);
        _repository.Memory.Head = _repository.Memory.Head! with { Keyring = old };
        foreach (var act in new Func<Task>[] { () => manifest.Load(Cancellation), () => manifest.Append(Entries.Change(1), null, Cancellation) })
            (await Should.ThrowAsync<BackupException>(act)).ShouldSatisfyAllConditions(e => e.Kind.ShouldBe(ErrorKind.Corrupt), e => e.Message.ShouldContain("its keyring is not the one"));
    }

    [Fact]
    public async Task Changes_of_keys_are_remembered_over_a_checkpoint()
    {
        var manifest = await _repository.Create();
        await _repository.Slots(newKey: TestRepository.OtherKey).Add("new", Cancellation);
        var before = (await manifest.Load(Cancellation)).KeyChanges;
        while ((await manifest.Load(Cancellation)).Revision < 257) await manifest.Append([], null, Cancellation);
        var after = await manifest.Load(Cancellation);
        (after.Checkpoint!.Revision, after.KeyChanges.ShouldHaveSingleItem().Keyring).ShouldBe((256UL, before[0].Keyring));
    }

    [Fact]
    public async Task A_keyring_holds_sixteen_slots_and_a_rotation_of_a_full_one_works()
    {
        await _repository.Create();
        for (var n = 2; n <= 16; n++) await _repository.Slots(newKey: Convert.ToBase64String(new SeededRandomSource(100 + n).Bytes(32))).Add(null, Cancellation);
        var full = await Should.ThrowAsync<BackupException>(() => _repository.Slots(newKey: ThirdKey).Add(null, Cancellation));
        (full.Kind, full.Message.Contains("at most 16 slots", StringComparison.Ordinal)).ShouldBe((ErrorKind.Configuration, true));
        await _repository.Slots(newKey: ThirdKey).Rotate(null, Cancellation);
        (Keyring.Slots.Count, Keyring.Slots[^1].Context.Id).ShouldBe((16, "17"));
    }
}
