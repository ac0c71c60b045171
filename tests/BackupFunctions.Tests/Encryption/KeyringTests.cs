using System.Text;
using BackupFunctions.Encryption;

namespace BackupFunctions.Tests.Encryption;

public class KeyringTests
{
    public sealed record KeyringVector(string Name, string Keyring, string? Key, string? Passphrase, Dictionary<uint, string> Roots);

    private const int Fast = KeySlotContext.MinIterations;
    private static readonly KeyringVector[] All = VectorFile.Read<KeyringVector[]>("keyrings");

    public static TheoryData<string> Names => [.. All.Select(v => v.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_keyring_of_the_vectors_opens_and_is_written_the_same(string name)
    {
        var vector = All.Single(v => v.Name == name);
        var keyring = Keyring.Parse(Encoding.UTF8.GetBytes(vector.Keyring));
        Encoding.UTF8.GetString(keyring.ToJson()).ShouldBe(vector.Keyring);
        using KeyEncryptionSecret secret = vector.Key is { } key ? RawKeySecret.Parse("KEY", key) : PassphraseSecret.Parse("PASS", vector.Passphrase!);
        using var unlocked = keyring.Unlock(secret);
        foreach (var (epoch, root) in vector.Roots)
        {
            using var expected = RepositoryKeys.Create(Convert.FromHexString(root), keyring.Repository, epoch);
            SameKeys(unlocked.Find(epoch)!, expected).ShouldBeTrue();
        }
        unlocked.Current.Epoch.ShouldBe(vector.Roots.Keys.Max());
        unlocked.Find(99).ShouldBeNull();
    }

    [Fact]
    public void A_new_keyring_opens_with_its_key_and_with_no_other()
    {
        using var secret = Key(1);
        using var created = Keyring.Create(new SeededRandomSource(1), secret);
        var keyring = Keyring.Parse(created.Keyring.ToJson());
        using var unlocked = keyring.Unlock(secret);
        SameKeys(unlocked.Current, created.Current).ShouldBeTrue();

        using var other = Key(2);
        var error = Should.Throw<BackupException>(() => keyring.Unlock(other));
        error.Kind.ShouldBe(ErrorKind.WrongKey);
        error.Hint.ShouldNotBeNull().ShouldContain("BACKUP_ENCRYPTION_KEY");
    }

    [Fact]
    public void A_second_secret_opens_every_epoch_and_a_new_epoch_only_its_own()
    {
        var random = new SeededRandomSource(3);
        using var key = Key(1);
        using var passphrase = PassphraseSecret.Parse("P", "correct horse battery");
        using var unlocked = Keyring.Create(random, key, "main");
        unlocked.AddEpoch(random, key, "main");
        unlocked.AddSlot(random, passphrase, "spare", Fast);
        unlocked.AddEpoch(random, key, "main");
        var keyring = Keyring.Parse(unlocked.Keyring.ToJson());
        keyring.Epochs.ShouldBe([1u, 2u, 3u]);
        keyring.Slots.Select(s => (s.Context.Id, s.Epoch)).ShouldBe([("main", 1u), ("main", 2u), ("spare", 1u), ("spare", 2u), ("main", 3u)]);

        using var byKey = keyring.Unlock(key, "main");
        using var byPassphrase = keyring.Unlock(passphrase, "spare");
        SameKeys(byKey.Current, unlocked.Current).ShouldBeTrue();
        SameKeys(byPassphrase.Find(2)!, unlocked.Find(2)!).ShouldBeTrue();
        byPassphrase.Find(3).ShouldBeNull();
        Should.Throw<BackupException>(() => byPassphrase.Current).Kind.ShouldBe(ErrorKind.WrongKey);
        SameKeys(unlocked.Find(1)!, unlocked.Find(2)!).ShouldBeFalse();
        Should.Throw<BackupException>(() => unlocked.AddSlot(random, key, "spare")).Kind.ShouldBe(ErrorKind.Configuration);
    }

    [Fact]
    public void A_wrong_passphrase_a_wrong_kind_and_a_wrong_slot_are_told_apart_and_never_shown()
    {
        using var passphrase = PassphraseSecret.Parse("P", "correct horse battery");
        using var wrong = PassphraseSecret.Parse("P", "wrong horse battery");
        using var key = Key(1);
        using var created = Keyring.Create(new SeededRandomSource(1), passphrase, "p1", Fast);
        Error(() => created.Keyring.Unlock(wrong)).ShouldContain("the passphrase opens none");
        Error(() => created.Keyring.Unlock(key)).ShouldContain("no slot for a key");
        Error(() => created.Keyring.Unlock(passphrase, "p2")).ShouldContain("named p2");
        using var unlocked = created.Keyring.Unlock(passphrase, "p1");

        static string Error(Action action)
        {
            var error = Should.Throw<BackupException>(action);
            error.Kind.ShouldBe(ErrorKind.WrongKey);
            error.ToString().ShouldNotContain("horse");
            return error.Message;
        }
    }

    [Fact]
    public void A_slot_cannot_be_moved_to_another_repository_epoch_or_name()
    {
        using var key = Key(1);
        using var created = Keyring.Create(new SeededRandomSource(1), key, "a");
        var block = created.Keyring.Slots[0].Block.ToArray();
        foreach (var offset in new[] { 7, 20, 37 })
        {
            // the epoch, the repository and the id, all consistent with the JSON around them
            var moved = block.ToArray();
            moved[offset] ^= 2;
            var slot = KeySlot.Parse(moved);
            var json = $$"""
                {"format":0,"repository":"{{slot.Context.Repository}}","epochs":[{{slot.Epoch}}],
                 "slots":[{"id":"{{slot.Context.Id}}","kind":"raw","epoch":{{slot.Epoch}},"block":"{{Convert.ToBase64String(moved)}}"}]}
                """;
            var keyring = Keyring.Parse(Encoding.UTF8.GetBytes(json));
            Should.Throw<BackupException>(() => keyring.Unlock(key)).Kind.ShouldBe(ErrorKind.WrongKey);
        }
    }

    [Fact]
    public void At_most_16_slots_are_made_and_read()
    {
        using var key = Key(1);
        var random = new SeededRandomSource(1);
        using var unlocked = Keyring.Create(random, key, "0");
        for (var i = 1; i < Keyring.MaxSlots; i++) unlocked.AddSlot(random, key, $"{i}");
        Keyring.Parse(unlocked.Keyring.ToJson()).Slots.Count.ShouldBe(16);
        Should.Throw<BackupException>(() => unlocked.AddSlot(random, key, "16")).Kind.ShouldBe(ErrorKind.Configuration);
        var json = Encoding.UTF8.GetString(unlocked.Keyring.ToJson());
        var first = json[(json.IndexOf('[', json.IndexOf("slots", StringComparison.Ordinal)) + 1)..(json.IndexOf('}', StringComparison.Ordinal) + 1)];
        TestKeys.Corrupt(() => Keyring.Parse(Encoding.UTF8.GetBytes(json.Replace("]}", $",{first}]}}", StringComparison.Ordinal)))).Message.ShouldContain("17 slots");
    }

    [Fact]
    public void Json_that_is_not_exactly_a_keyring_is_refused()
    {
        var good = All.Single(v => v.Name == "raw key, two epochs").Keyring;
        Keyring.Parse(Encoding.UTF8.GetBytes(good));
        (string From, string To)[] changes =
        [
            ("\"format\":0", "\"format\":1"), ("\"format\":0,", ""), ("\"format\":0", "\"format\":0,\"format\":0"), ("\"format\":0", "\"format\":0,\"more\":1"),
            ("\"epochs\":[1,2]", "\"epochs\":[2,1]"), ("\"epochs\":[1,2]", "\"epochs\":[1,1,2]"), ("\"epochs\":[1,2]", "\"epochs\":[]"),
            ("\"epochs\":[1,2]", "\"epochs\":[0,1,2]"), ("\"epochs\":[1,2]", "\"epochs\":[1]"),
            ("\"epochs\":[1,2]", "\"epochs\":null"),
            ("\"epoch\":2", "\"epoch\":1"), ("\"id\":\"1\"", "\"id\":\"2\""), ("\"kind\":\"raw\"", "\"kind\":\"pbkdf2-sha512\""), ("\"id\":\"1\",", ""),
            ("\"block\":\"", "\"block\":\"!"), ("\"block\":\"QktGTg", "\"block\":\"AktGTg"), ("\"repository\":\"", "\"repository\":\"00"),
            ("\"repository\":\"", "\"repository\":\"Z"), ("{\"format\"", "[{\"format\""), ("]}", "]}x"), ("\"slots\":[", "\"slots\":[null,"),
        ];
        foreach (var (from, to) in changes)
        {
            var bad = good.Replace(from, to, StringComparison.Ordinal);
            bad.ShouldNotBe(good, from);
            Should.Throw<BackupException>(() => Keyring.Parse(Encoding.UTF8.GetBytes(bad)), to).Kind.ShouldBe(ErrorKind.Corrupt, to);
        }
        TestKeys.Corrupt(() => Keyring.Parse(default));
        TestKeys.Corrupt(() => Keyring.Parse("null"u8));
        TestKeys.Corrupt(() => Keyring.Parse(new byte[100_000]));
    }

    [Theory]
    [InlineData(SlotKdf.Pbkdf2Sha512, 99_999, 32)]
    [InlineData(SlotKdf.Pbkdf2Sha512, 10_000_001, 32)]
    [InlineData(SlotKdf.Pbkdf2Sha512, -1, 32)]
    [InlineData(SlotKdf.Pbkdf2Sha256, 100_000, 15)]
    [InlineData(SlotKdf.Pbkdf2Sha256, 100_000, 65)]
    [InlineData(SlotKdf.Raw, 1, 0)]
    [InlineData(SlotKdf.Raw, 0, 16)]
    [InlineData((SlotKdf)3, 0, 0)]
    public void Parameters_out_of_bounds_are_refused_before_any_derivation(SlotKdf kdf, int iterations, int salt)
    {
        byte[] context = [.. TestKeys.Repository, 1, (byte)'a', (byte)kdf, .. BitConverter.GetBytes(iterations), (byte)salt, .. new byte[salt]];
        var block = TestKeys.Oracle().Seal(5, 0, true, context, FormatOracle.Body(32, 0, new byte[32]));
        TestKeys.Corrupt(() => KeySlot.Parse(block));
    }

    [Fact]
    public void A_short_passphrase_makes_no_slot()
    {
        using var secret = PassphraseSecret.Parse("P", "short");
        var error = Should.Throw<BackupException>(() => Keyring.Create(new SeededRandomSource(1), secret, "p", Fast));
        error.Kind.ShouldBe(ErrorKind.Configuration);
        error.Message.ShouldNotContain("short ");
    }

    [Fact]
    public void A_disposed_secret_makes_and_opens_nothing()
    {
        foreach (var secret in new KeyEncryptionSecret[] { Key(1), PassphraseSecret.Parse("P", "correct horse battery") })
        {
            using var created = Keyring.Create(new SeededRandomSource(1), secret, "a", Fast);
            secret.Dispose();
            Should.Throw<ObjectDisposedException>(() => created.Keyring.Unlock(secret));
            Should.Throw<ObjectDisposedException>(() => Keyring.Create(new SeededRandomSource(1), secret, "a", Fast));
        }
    }

    private static RawKeySecret Key(int seed) => new(new SeededRandomSource(1000 + seed).Bytes(32));

    private static bool SameKeys(RepositoryKeys left, RepositoryKeys right)
    {
        using BlockSealer first = new(left), second = new(right);
        return first.Seal(BlockType.Chunk, 0, true, default, "x"u8).Cid == second.Seal(BlockType.Chunk, 0, true, default, "x"u8).Cid
            && first.ComputePid(BlockType.Chunk, "x"u8) == second.ComputePid(BlockType.Chunk, "x"u8);
    }
}
