using System.Text.Json;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Server;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>Backups that move in files, from one set of nodes to another that never saw it.</summary>
public sealed class TransferTests : IAsyncLifetime
{
    private EmbeddedMongoServer _source = null!, _target = null!;
    private CliWorkspace _here = null!, _there = null!;
    private string _full = "", _slice = "", _point = "";
    private IReadOnlyDictionary<string, string> _then = new Dictionary<string, string>();

    public async ValueTask InitializeAsync()
    {
        _source = await EmbeddedMongoServer.Start(new());
        _target = await EmbeddedMongoServer.Start(new());
        (_here, _there) = (new(_source.ConnectionString), new(_source.ConnectionString));
        await MongoFixture.Seed(_source.ConnectionString);
        _full = Id((await _here.Run("backup full --json")).Ended(0).Result);
        await Write(10_000);
        var first = (await _here.Run("backup incremental --json")).Ended(0).Result.GetProperty("backups")[0];
        _point = first.GetProperty("backup").GetProperty("oplog_through").GetString()!;
        _then = await MongoFixture.Contents(_source.ConnectionString);
        await Write(20_000);
        _slice = Id((await _here.Run("backup incremental --json")).Ended(0).Result.GetProperty("backups")[0]);
    }

    public async ValueTask DisposeAsync()
    {
        _here.Dispose();
        _there.Dispose();
        await _source.DisposeAsync();
        await _target.DisposeAsync();
    }

    [Fact]
    public async Task A_chain_that_was_carried_in_a_file_is_restored_elsewhere_to_any_point()
    {
        var exported = (await _here.Run($"export {_slice} --car --output {_there.PathOf("b.car")} --json")).Ended(0).Result;
        exported.GetProperty("backups").GetArrayLength().ShouldBe(3);
        _there.Settings.Remove(SettingNames.MongoUri);
        var imported = (await _there.Run("import b.car --json")).Ended(0).Result.GetProperty("files")[0].GetProperty("backups");
        imported.EnumerateArray().Select(Id).ShouldBe(exported.GetProperty("backups").EnumerateArray().Select(b => b.GetString()!));

        (await _there.Listed()).ShouldBe(["complete", "complete", "complete"]);
        Windows(await _there.Run("windows --json")).ShouldBe(Windows(await _here.Run("windows --json")));
        (await _there.Run("verify latest")).Ended(0);
        (await _there.Run($"restore-full latest --at {_point} --uri {_target.ConnectionString}")).Ended(0);
        (await MongoFixture.Contents(_target.ConnectionString)).ShouldBe(_then, ignoreOrder: true);
        await MongoFixture.DropEverything(_target.ConnectionString);
        (await _there.Run($"restore-full latest --at {Windows(await _here.Run("windows --json")).To} --uri {_target.ConnectionString}")).Ended(0);
        (await MongoFixture.Contents(_target.ConnectionString)).ShouldBe(await MongoFixture.Contents(_source.ConnectionString), ignoreOrder: true);
    }

    [Fact]
    public async Task What_was_imported_before_gets_its_later_slices_and_importing_twice_changes_nothing()
    {
        await Carry($"{_full} --car");
        (await _there.Listed()).Count.ShouldBe(1);
        await Carry($"{_full} --car --chain");
        (await _there.Listed()).ShouldBe(["complete", "complete", "complete"]);
        var vault = Directory.GetFiles(_there.PathOf("vault-1", "packs")).Sum(f => new FileInfo(f).Length);
        (await _there.Run("import b.car")).Ended(0);
        (await _there.Listed()).Count.ShouldBe(3);
        // a revision of the manifest is all that is new
        Directory.GetFiles(_there.PathOf("vault-1", "packs")).Sum(f => new FileInfo(f).Length).ShouldBeInRange(vault, vault + 50_000);
    }

    [Fact]
    public async Task The_imported_repository_goes_on_with_backups_of_its_own()
    {
        await Carry($"{_slice} --car");
        await Write(30_000);
        Type((await _there.Run("backup incremental --json")).Ended(0).Result.GetProperty("backups")[0]).ShouldBe("incremental");
        (await _there.Listed()).Count.ShouldBe(4);
        (await _there.Run($"restore-full latest --incremental {(await _there.Run("list --json")).Lines[0].GetProperty("root").GetString()} --uri {_target.ConnectionString}")).Ended(0);
        (await MongoFixture.Contents(_target.ConnectionString)).ShouldBe(await MongoFixture.Contents(_source.ConnectionString), ignoreOrder: true);
    }

    [Fact]
    public async Task Backups_of_another_repository_are_refused_and_their_blocks_may_be_stored()
    {
        (await _there.Run("backup full")).Ended(0);
        (await _here.Run($"export {_full} --car --output {_there.PathOf("b.car")}")).Ended(0);
        (await _there.Run("import b.car")).FailedWith(1, "of repository", "--blocks-only");
        (await _there.Listed()).Count.ShouldBe(1);
        _there.Settings.Remove(SettingNames.Key);
        var file = (await _there.Run("import b.car --blocks-only --json")).Ended(0).Result.GetProperty("files")[0];
        file.GetProperty("nodes").EnumerateArray().ShouldAllBe(n => n.GetProperty("pinned").GetBoolean() && n.GetProperty("verified_blocks").GetInt32() > 10);
        var root = (await _here.Run("list --type full --json")).Result.GetProperty("root").GetString();
        (await _there.Run($"download {root} --output {{root}}/again.car")).Ended(0);
    }

    [Fact]
    public async Task A_file_from_before_a_rotation_is_imported_with_the_new_key_by_the_catalogues_keyring()
    {
        await ExportAndRotate();
        foreach (var node in new[] { 1, 2 }) _here.Settings[SettingNames.NodeUrl(node)] = $"file://{{root}}/new-vault-{node}";
        (await _here.Run($"import {_there.PathOf("b.car")}")).Ended(0);
        (await _here.Run("verify latest")).Ended(0);
        await ShouldRestore(_here);
    }

    [Fact]
    public async Task A_file_from_before_a_rotation_is_imported_elsewhere_with_the_new_key_and_its_keyring()
    {
        await ExportAndRotate();
        (await _there.Run("import b.car")).FailedWith(12, "opens none of its slots", "--keyring");
        (await _here.Run("keys export --output {root}/keyring.json")).Ended(0);
        Directory.Exists(_there.PathOf("catalogue")).ShouldBeFalse();
        (await _there.Run($"import b.car --keyring {_here.PathOf("keyring.json")}")).Ended(0);
        (await _there.Listed()).ShouldBe(["complete", "complete", "complete"]);
        await ShouldRestore(_there);
        (await _there.Run("keys list")).Ended(0).Out.ShouldContain("second");
        await Write(30_000);
        (await _there.Run("backup incremental")).Ended(0);
    }

    [Fact]
    public async Task A_file_from_before_everything_was_sealed_again_is_no_copy_of_what_is_recorded()
    {
        await ExportAndRotate("--re-encrypt");
        (await _here.Run($"import {_there.PathOf("b.car")}")).FailedWith(12, "opens none of its slots");
        _here.Settings[SettingNames.NewKey] = CliWorkspace.Key;
        var recorded = (await _here.Run("list --json")).Ended(0).Out;
        (await _here.Run($"import {_there.PathOf("b.car")}")).FailedWith(1, "sealed again");
        (await _here.Run("list --json")).Ended(0).Out.ShouldBe(recorded);
    }

    [Fact]
    public async Task One_node_that_is_down_makes_a_degraded_import_and_the_copy_is_made_later()
    {
        await Carry($"{_full} --car");
        (await _here.Run($"export {_slice} --car --output {_there.PathOf("b.car")}")).Ended(0);
        var second = _there.Settings[SettingNames.NodeUrl(2)];
        _there.Settings[SettingNames.NodeUrl(2)] = "http://127.0.0.1:1";
        (await _there.Run("import b.car")).FailedWith(3, "IPFS_NODE_2_URL", "import again");
        (await _there.Listed()).ShouldBe(["degraded", "degraded", "complete"]);
        _there.Settings[SettingNames.NodeUrl(2)] = second;
        (await _there.Run("import b.car")).Ended(0);
        (await _there.Listed()).ShouldBe(["complete", "complete", "complete"]);
    }

    [Theory]
    [InlineData("wrong key", 12)]
    [InlineData("cut", 13)]
    [InlineData("changed", 13)]
    [InlineData("no export", 10)]
    [InlineData("no file", 10)]
    public async Task What_cannot_be_imported_leaves_nothing_recorded(string what, int exitCode)
    {
        var path = _there.PathOf("b.car");
        if (what == "no export") (await _here.Run($"download {(await _here.Run("list --type full --json")).Result.GetProperty("root").GetString()} --output {path}")).Ended(0);
        else if (what != "no file") (await _here.Run($"export {_full} --car --output {path}")).Ended(0);
        if (what == "wrong key") _there.Settings[SettingNames.Key] = CliWorkspace.OtherKey;
        if (what is "cut" or "changed")
        {
            var bytes = await File.ReadAllBytesAsync(path);
            bytes[bytes.Length / 2] ^= (byte)(what == "changed" ? 1 : 0);
            await File.WriteAllBytesAsync(path, what == "cut" ? bytes[..^100] : bytes);
        }
        (await _there.Run("import b.car")).FailedWith(exitCode);
        Directory.Exists(_there.PathOf("catalogue")).ShouldBeFalse();
    }

    [Fact]
    public async Task An_export_of_what_is_not_there_writes_no_file()
    {
        (await _here.Run("export 00000000 --car --output {root}/b.car")).FailedWith(10, "00000000");
        (await _here.Run("export latest --output {root}/b.car")).FailedWith(2, "--car");
        File.Exists(_here.PathOf("b.car")).ShouldBeFalse();
    }

    private async Task ExportAndRotate(string how = "")
    {
        (await _here.Run($"export {_slice} --car --output {_there.PathOf("b.car")}")).Ended(0);
        (await _here.Run("keys new --output {root}/key-2")).Ended(0);
        (await _here.Run("keys rotate --new-key-file {root}/key-2 --id second " + how)).Ended(0);
        foreach (var work in new[] { _here, _there })
        {
            work.Settings.Remove(SettingNames.Key);
            work.Settings[SettingNames.KeyFile] = _here.PathOf("key-2");
        }
    }

    private async Task ShouldRestore(CliWorkspace work)
    {
        (await work.Run($"restore-full latest --at {_point} --uri {_target.ConnectionString}")).Ended(0);
        (await MongoFixture.Contents(_target.ConnectionString)).ShouldBe(_then, ignoreOrder: true);
    }

    private async Task Carry(string export)
    {
        (await _here.Run($"export {export} --output {_there.PathOf("b.car")}")).Ended(0);
        (await _there.Run("import b.car")).Ended(0);
    }

    private async Task Write(int from)
    {
        using var client = new MongoClient(_source.ConnectionString);
        await client.GetDatabase("shop").GetCollection<BsonDocument>("orders").InsertManyAsync(Enumerable.Range(from, 20).Select(i => new BsonDocument("_id", i)));
    }

    private static (string? From, string? To) Windows(CliOutcome outcome) =>
        (outcome.Ended(0).Result.GetProperty("from").GetString(), outcome.Result.GetProperty("to").GetString());

    private static string Id(JsonElement backup) => backup.GetProperty("backup").GetProperty("id").GetString()!;

    private static string? Type(JsonElement backup) => backup.GetProperty("backup").GetProperty("type").GetString();
}
