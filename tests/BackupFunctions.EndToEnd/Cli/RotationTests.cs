using BackupFunctions.Configuration;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>Keys changed by commands alone, over vaults; no command prints a key, and none is written anywhere but into its own file.</summary>
public sealed class RotationTests(MongoFixture mongo) : IClassFixture<MongoFixture>, IDisposable
{
    private const string Passphrase = "seven words that nobody would ever guess";

    private readonly CliWorkspace _work = new(mongo.Source);
    private readonly List<CliOutcome> _outcomes = [];

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task A_rotation_of_slots_and_a_lone_root_from_before_it()
    {
        await Begin();
        var contents = await MongoFixture.Contents(mongo.Source);
        var root = await _work.BackUp();
        var rotated = (await Run("keys rotate --new-key-file {root}/key-2 --id second --json")).Ended(0).Result;
        (rotated.GetProperty("re_encrypted").GetBoolean(), rotated.GetProperty("epoch").GetInt32(), Texts(rotated, "slots")).ShouldBe((false, 1, "second"));
        _outcomes[^1].Error.ShouldContain("does not help against a key that has leaked");

        (await Run("list")).FailedWith(12, "opens none of its slots");
        (await Run("backup full")).Ended(12);
        (await Run($"restore-full {root} --uri {mongo.Target} --drop")).Ended(0);
        SetKey("key-2");
        (await Run("verify")).Ended(0);
        (await Run("keys list")).Ended(0).Out.ShouldContain("second");
        (await Run($"restore-full latest --uri {mongo.Target} --drop")).Ended(0);
        (await MongoFixture.Contents(mongo.Target)).ShouldBe(contents, ignoreOrder: true);

        // without a catalogue the backup's own copy of the keyring has no slot for the new key
        (await Run("keys export --output {root}/keyring.json")).Ended(0);
        foreach (var setting in new[] { SettingNames.CatalogUri, SettingNames.MongoUri }) _work.Settings.Remove(setting);
        (await Run($"restore-full {root} --uri {mongo.Target} --drop")).FailedWith(12, "--keyring");
        (await Run($"restore-full {root} --uri {mongo.Target} --drop --keyring {{root}}/keyring.json")).Ended(0);
        (await MongoFixture.Contents(mongo.Target)).ShouldBe(contents, ignoreOrder: true);
        ShouldTellNoSecret();
    }

    [Fact]
    public async Task Everything_is_sealed_again_and_nothing_that_the_old_key_opens_is_left_in_a_vault()
    {
        await Begin();
        await _work.BackUp();
        await Write("before");
        (await Run("backup incremental")).Ended(0);
        var contents = await MongoFixture.Contents(mongo.Source);
        (await Run("keys export --output {root}/old-keyring.json")).Ended(0);
        var ids = Ids(await Run("list --json"));

        (await Run("keys rotate --re-encrypt")).FailedWith(2, "no new key is set");
        var rotated = (await Run("keys rotate --re-encrypt --new-key-file {root}/key-2 --json")).Ended(0).Result;
        (rotated.GetProperty("re_encrypted").GetBoolean(), rotated.GetProperty("backups").GetInt32(), rotated.GetProperty("epoch").GetInt32(), rotated.GetProperty("was_complete").GetBoolean()).ShouldBe((true, 2, 2, false));
        await ShouldHoldNothingOf(epoch: 1);

        // again, with the same keys: both are still set
        var before = _work.Snapshot;
        var again = (await Run("keys rotate --re-encrypt --new-key-file {root}/key-2 --json")).Ended(0);
        (again.Result.GetProperty("was_complete").GetBoolean(), again.Result.GetProperty("backups").GetInt32()).ShouldBe((true, 0));
        (await Run("keys rotate --re-encrypt --new-key-file {root}/key-2")).Ended(0).Error.ShouldContain("there was nothing to do: every backup is sealed under epoch 2 already");
        _work.Snapshot.Where(f => f.StartsWith("vault", StringComparison.Ordinal)).ShouldBe(before.Where(f => f.StartsWith("vault", StringComparison.Ordinal)));

        (await Run("recover --dry-run --node file://{root}/vault-1")).Ended(12);
        (await Run("recover --dry-run --node file://{root}/vault-2")).Ended(12);
        SetKey("key-2");
        Ids(await Run("list --json")).ShouldBe(ids);
        (await Run("verify")).Ended(0);
        var slice = (await Run("list --json")).Lines.Single(l => l.GetProperty("type").GetString() == "incremental").GetProperty("root").GetString();
        (await Run($"restore-full latest --incremental {slice} --uri {mongo.Target} --drop")).Ended(0);
        (await MongoFixture.Contents(mongo.Target)).ShouldBe(contents, ignoreOrder: true);
        // the chain goes on
        await Write("after");
        (await Run("backup incremental --json")).Ended(0);
        (await Run("list --json")).Ended(0).Lines.Count.ShouldBe(3);
        ShouldTellNoSecret();
    }

    [Fact]
    public async Task Slots_are_added_listed_and_removed_and_a_passphrase_takes_the_place_of_a_key()
    {
        await Begin();
        await _work.BackUp();
        (await Run("keys add --new-passphrase-file {root}/words --id words --json")).Ended(0);
        (await Run("keys add --new-key-command cat --id never")).Ended(2);
        (await Run(["keys", "add", "--new-key-command", $"cat {_work.PathOf("key-2")}", "--id", "second"])).Ended(0);
        (await Run("keys list --json --log-level debug")).Ended(0).Result.GetProperty("slots").GetArrayLength().ShouldBe(3);
        (await Run("keys remove second --log-level debug")).Ended(0);
        (await Run("keys rotate --re-encrypt --new-passphrase-file {root}/words --log-level debug")).Ended(0);
        _work.Settings.Remove(SettingNames.KeyFile);
        _work.Settings[SettingNames.PassphraseFile] = "{root}/words";
        (await Run("verify --log-level debug")).Ended(0);
        (await Run("keys export --json")).Ended(0);
        (await Run("keys list")).Ended(0).Out.ShouldContain("passphrase");
        ShouldTellNoSecret();
    }

    private async Task Begin()
    {
        _work.Settings.Remove(SettingNames.Key);
        foreach (var key in new[] { "key-1", "key-2" }) (await Run($"keys new --output {{root}}/{key}")).Ended(0);
        await File.WriteAllTextAsync(_work.PathOf("words"), Passphrase, TestContext.Current.CancellationToken);
        SetKey("key-1");
    }

    private void SetKey(string file) => _work.Settings[SettingNames.KeyFile] = $"{{root}}/{file}";

    private async Task<CliOutcome> Run(string command) => await Run([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(_work.Fill)]);

    private async Task<CliOutcome> Run(string[] args)
    {
        _outcomes.Add(await _work.Run(args));
        return _outcomes[^1];
    }

    private async Task Write(string name)
    {
        using var client = new MongoClient(mongo.Source);
        await client.GetDatabase("crm").GetCollection<BsonDocument>("visits").InsertOneAsync(new BsonDocument { { "_id", name }, { "page", name } });
    }

    // every block of every pack, live or not
    private async Task ShouldHoldNothingOf(uint epoch)
    {
        foreach (var vault in new[] { "vault-1", "vault-2" })
        {
            var sealedBlocks = 0;
            foreach (var pack in Directory.GetFiles(_work.PathOf(vault, "packs"), "*.car"))
            {
                await using var stream = File.OpenRead(pack);
                await foreach (var block in VaultPack.ReadBlocks(stream, TestContext.Current.CancellationToken))
                {
                    if (EpochOf(block) is not { } found) continue;
                    found.ShouldNotBe(epoch, $"{block.Cid} in {pack}");
                    sealedBlocks++;
                }
            }
            sealedBlocks.ShouldBeGreaterThan(5);
        }
    }

    private static uint? EpochOf(Block block)
    {
        try
        {
            return BlockHeader.Parse(block.Data.Span).Epoch;
        }
        catch (BackupException)
        {
            // a directory, a keyring or a header
            return null;
        }
    }

    private void ShouldTellNoSecret()
    {
        var keys = new[] { "key-1", "key-2" }.Select(k => File.ReadAllText(_work.PathOf(k)).Trim()).ToList();
        string[] secrets = [Passphrase, .. keys, .. keys.Select(k => Convert.ToHexStringLower(Convert.FromBase64String(k))), .. keys.Select(k => Convert.ToHexString(Convert.FromBase64String(k)))];
        foreach (var outcome in _outcomes)
        {
            foreach (var secret in secrets)
            {
                outcome.Out.ShouldNotContain(secret, Case.Sensitive, outcome.Command);
                outcome.Error.ShouldNotContain(secret, Case.Sensitive, outcome.Command);
            }
        }
        byte[][] bytes = [.. secrets.Select(System.Text.Encoding.UTF8.GetBytes), .. keys.Select(Convert.FromBase64String)];
        foreach (var file in Directory.EnumerateFiles(_work.Root, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) is not ("key-1" or "key-2" or "words")))
        {
            var content = File.ReadAllBytes(file);
            foreach (var secret in bytes) content.AsSpan().IndexOf(secret).ShouldBe(-1, file);
        }
    }

    private static string Texts(System.Text.Json.JsonElement result, string property) => string.Join(',', result.GetProperty(property).EnumerateArray().Select(e => e.GetString()));

    private static List<string> Ids(CliOutcome listed) => [.. listed.Ended(0).Lines.Select(l => l.GetProperty("id").GetString()!)];
}
