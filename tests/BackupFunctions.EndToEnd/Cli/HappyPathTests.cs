using System.Text.Json;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Ipfs;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>From a dump to a proven restore, by commands alone.</summary>
public sealed class HappyPathTests
{
    [Fact]
    public async Task A_dump_goes_in_and_every_byte_comes_back_out_again()
    {
        await using var source = await EmbeddedMongoServer.Start(new());
        await using var target = await EmbeddedMongoServer.Start(new());
        using var work = new CliWorkspace(source.ConnectionString);
        work.Settings.Remove(SettingNames.Key);

        var setting = (await work.Run("keys new --output {root}/key")).Ended(0).Out.Trim();
        setting.ShouldBe($"{SettingNames.KeyFile}={work.PathOf("key")}");
        work.Settings[SettingNames.KeyFile] = work.PathOf("key");
        (await work.Run("doctor")).Ended(0).Out.ShouldNotContain("failed");

        (await work.Run(["restore", Dump(), "--uri", source.ConnectionString])).Ended(0).Out.ShouldContain("restored");
        var original = await MongoFixture.Contents(source.ConnectionString);
        original.Count.ShouldBeGreaterThan(20);

        (await work.Run("backup full")).Ended(0).Error.ShouldNotContain("error");
        var listed = (await work.Run("list --json")).Ended(0).Result;
        var (id, root) = (listed.GetProperty("id").GetString()!, listed.GetProperty("root").GetString()!);
        (await work.Run("list")).Ended(0).Out.ShouldContain(id);
        (await work.Run($"show {id}")).Ended(0).Out.ShouldContain(root);
        (await work.Run("verify")).Ended(0);
        work.Snapshot.Where(f => f.StartsWith("staging", StringComparison.Ordinal)).ShouldBeEmpty("a backup that both nodes hold needs no staging");

        (await work.Run($"download {root} --output {{root}}/backup.car")).Ended(0);
        foreach (var name in work.Settings.Keys.Where(n => n != SettingNames.KeyFile).ToList()) work.Settings.Remove(name);
        (await work.Run("decrypt {root}/backup.car --output {root}/dump")).Ended(0);
        (await work.Run($"restore {{root}}/dump --uri {target.ConnectionString}")).Ended(0);
        (await MongoFixture.Contents(target.ConnectionString)).ShouldBe(original, ignoreOrder: true);
    }

    [Theory, InlineData("latest"), InlineData("id"), InlineData("cid"), InlineData("cid without a catalogue")]
    public async Task A_backup_is_restored_by_any_of_its_names(string by)
    {
        await using var source = await EmbeddedMongoServer.Start(new());
        await MongoFixture.Seed(source.ConnectionString);
        using var work = new CliWorkspace(source.ConnectionString);
        var original = await MongoFixture.Contents(source.ConnectionString);
        var backup = (await work.Run("backup full --json")).Ended(0).Result.GetProperty("backup");
        await MongoFixture.DropEverything(source.ConnectionString);

        if (by == "cid without a catalogue")
        {
            work.Settings.Remove(SettingNames.CatalogUri);
            work.Settings.Remove(SettingNames.MongoUri);
        }
        var name = by switch { "latest" => "latest", "id" => backup.GetProperty("id").GetString(), _ => backup.GetProperty("root").GetString() };
        (await work.Run($"restore-full {name} --uri {source.ConnectionString} --dry-run")).Ended(0).Out.ShouldContain("would restore 621 documents");
        (await MongoFixture.Contents(source.ConnectionString)).ShouldBeEmpty();
        (await work.Run($"restore-full {name} --uri {source.ConnectionString}")).Ended(0).Out.ShouldContain("restored 621 documents");
        (await MongoFixture.Contents(source.ConnectionString)).ShouldBe(original, ignoreOrder: true);
    }

    /// <summary>docs/cli.md: what each command prints as JSON.</summary>
    [Fact]
    public async Task Json_has_the_documented_properties()
    {
        await using var source = await EmbeddedMongoServer.Start(new());
        await MongoFixture.Seed(source.ConnectionString);
        using var work = new CliWorkspace(source.ConnectionString);

        Shape((await work.Run("keys new --json")).Ended(0).Result).ShouldBe("message_type key");
        var doctor = (await work.Run("doctor --json")).Ended(0).Result;
        Shape(doctor).ShouldBe("message_type findings");
        Shape(doctor.GetProperty("findings")[0]).ShouldBe("check status message hint");

        var made = (await work.Run("backup full --json")).Ended(0).Result;
        const string Backup = "id type state started_at finished_at collections documents bytes stored_bytes root consistent_at oplog_after oplog_through";
        Shape(made.GetProperty("backup")).ShouldBe(Backup);
        Shape(made.GetProperty("nodes")[1]).ShouldBe("node pinned verified_blocks fault");
        made.GetProperty("backup").GetProperty("state").GetString().ShouldBe("complete");
        var root = made.GetProperty("backup").GetProperty("root").GetString()!;
        Cid.TryParse(root, out _).ShouldBeTrue();

        Shape((await work.Run("list --json")).Ended(0).Result).ShouldBe($"message_type {Backup}");
        var shown = (await work.Run("show latest --json")).Ended(0).Result;
        foreach (var name in new[] { "backup", "nodes", "server_version", "start_optime", "epoch", "namespaces" }) shown.TryGetProperty(name, out _).ShouldBeTrue(name);
        Shape(shown.GetProperty("namespaces")[0]).ShouldBe("namespace kind documents bytes indexes");
        shown.GetProperty("server_version").GetString().ShouldBe("7.0.14");

        var verified = (await work.Run("verify --json --sample 50%")).Ended(0).Result;
        Shape(verified).ShouldBe("message_type id root sample_percent nodes");
        Shape(verified.GetProperty("nodes")[0]).ShouldBe("node pinned blocks checked missing damaged fault");

        Shape((await work.Run($"download {root} --json")).Ended(0).Result).ShouldBe("message_type cid path blocks bytes");
        File.Exists(work.PathOf($"{root}.car")).ShouldBeTrue();
        Shape((await work.Run($"decrypt {root}.car --json")).Ended(0).Result).ShouldBe("message_type output collections documents oplog_entries bytes");

        var restored = (await work.Run($"restore-full latest --uri {source.ConnectionString} --drop --json")).Ended(0).Result;
        Shape(restored).ShouldBe("message_type source dry_run documents bytes compared mismatches oplog replay namespaces warnings");
        Shape(restored.GetProperty("namespaces")[0]).ShouldBe("namespace kind documents bytes indexes differences");
        restored.GetProperty("mismatches").GetInt32().ShouldBe(0);
        Shape((await work.Run($"restore dump --uri {source.ConnectionString} --drop --json")).Ended(0).Result).ShouldBe(Shape(restored));

        var error = (await work.Run("show nothing-like-it --json")).Ended(10);
        Shape(error.ErrorLine).ShouldBe("message_type kind message hint exit_code");
        error.Out.ShouldBeEmpty();
    }

    private static string Shape(JsonElement element) => string.Join(' ', element.EnumerateObject().Select(p => p.Name));

    private static string Dump()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (Path.Combine(at.FullName, "tests/Data/mongodump-100.18/directory") is var path && Directory.Exists(path)) return path;
        throw new DirectoryNotFoundException("tests/Data/mongodump-100.18");
    }
}
