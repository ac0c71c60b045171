using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.EndToEnd.Conformance;

namespace BackupFunctions.EndToEnd.Serving;

/// <summary>A scrub, a restore drill and a rotation of keys over HTTP, each to its end.</summary>
public sealed class MaintenanceTests
{
    private const string Rotations = "/api/keys/rotations";

    private static readonly string s_newKey = Convert.ToBase64String(SHA256.HashData("the next key of standalone tests"u8));

    [Fact]
    public async Task Copies_are_healed_a_restore_is_proven_and_keys_are_rotated()
    {
        await using var mongo = await EmbeddedMongoServer.Start(new());
        await MongoFixture.Seed(mongo.ConnectionString);
        await using var server = await RunningServer.Start(mongo.ConnectionString, settings => settings[SettingNames.NewKey] = s_newKey);
        (await Ended(server, "/api/backups", """{"type":"full"}""", "full-backup")).GetProperty("backups").GetArrayLength().ShouldBe(1);
        (await server.Http.Ok("/api/backups")).GetProperty("lastProven").ValueKind.ShouldBe(JsonValueKind.Null);

        await Scrub(server);
        var drilled = await Drill(server);
        await Rotate(server);

        // backups go on, and what the catalogue tells has not changed
        (await Ended(server, "/api/backups", """{"type":"incremental"}""", "incremental-backup")).GetProperty("problems").GetArrayLength().ShouldBe(0);
        (await Ended(server, "/api/verifications", "{}", "verification")).GetProperty("whole").GetBoolean().ShouldBeTrue();
        (await server.Http.Ok("/api/backups")).GetProperty("lastProven").GetProperty("at").GetString().ShouldBe(drilled);
    }

    [Fact]
    public async Task Without_a_new_key_nothing_is_rotated_and_before_the_first_backup_neither()
    {
        await using (var without = await RunningServer.Start(RunningServer.Nowhere))
        {
            using var none = await without.Http.PostJson(Rotations, "{}");
            await none.ShouldBeProblem(HttpStatusCode.NotFound);
        }
        await using var mongo = await EmbeddedMongoServer.Start(new());
        await using var server = await RunningServer.Start(mongo.ConnectionString);
        await Ended(server, "/api/backups", """{"type":"full"}""", "full-backup");
        foreach (var body in new[] { "{}", """{"reEncrypt":true}""", """{"reEncrypt":true,"confirmEpoch":1}""" })
        {
            using var refused = await server.Http.PostJson(Rotations, body);
            var problem = await refused.ShouldBeProblem(HttpStatusCode.BadRequest);
            (problem.GetProperty("type").GetString(), problem.GetProperty("hint").GetString()!.Contains("BACKUP_NEW_ENCRYPTION_KEY_FILE", StringComparison.Ordinal)).ShouldBe(("urn:backupfunctions:problem:new_key_not_set", true), body);
        }
        using var instance = await server.Http.Get($"{Routes.Instances}/rotate-keys");
        instance.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task Scrub(RunningServer server)
    {
        // the second node loses its largest pack
        new DirectoryInfo(Path.Combine(server.Directory, "vault2")).EnumerateFiles("*.car", SearchOption.AllDirectories).MaxBy(f => f.Length)!.Delete();
        var copies = (await Ended(server, "/api/scrubs", """{"all":true}""", "scrub")).GetProperty("copies").EnumerateArray().ToList();
        copies.Select(c => (c.GetProperty("slices").GetInt32(), c.GetProperty("lost").GetInt64(), c.GetProperty("unhealed").GetInt64())).ShouldBe([(1, 0, 0), (1, 0, 0)]);
        copies.Select(c => c.GetProperty("healed").GetInt64() + c.GetProperty("repinned").GetInt64() > 0).ShouldBe([false, true]);
        (await Ended(server, "/api/verifications", "{}", "verification")).GetProperty("whole").GetBoolean().ShouldBeTrue();
    }

    private static async Task<string> Drill(RunningServer server)
    {
        var windows = (await server.Http.Ok("/api/windows")).GetProperty("windows");
        var output = await Ended(server, "/api/drills", JsonSerializer.Serialize(new { at = windows[0].GetProperty("from").GetString() }), "restore-drill");
        (output.GetProperty("outcome").GetString(), output.GetProperty("reason").ValueKind).ShouldBe(("proven", JsonValueKind.Null), output.ToString());
        var at = output.GetProperty("at").GetString()!;
        foreach (var path in new[] { "/api/backups?limit=1", "/api/backups?type=incremental" })
        {
            var told = (await server.Http.Ok(path)).GetProperty("lastProven");
            (told.GetProperty("at").GetString(), told.GetProperty("backup").GetString()).ShouldBe((at, output.GetProperty("backup").GetString()), path);
        }
        return at;
    }

    private static async Task Rotate(RunningServer server)
    {
        var rotated = await Ended(server, Rotations, """{"slotId":"next"}""", "rotate-keys");
        (rotated.GetProperty("epoch").GetInt32(), rotated.GetProperty("reEncrypted").GetBoolean()).ShouldBe((1, false));
        rotated.GetProperty("slots").EnumerateArray().Select(s => s.GetString()).ShouldBe(["next"]);

        using (var unconfirmed = await server.Http.PostJson(Rotations, """{"reEncrypt":true}"""))
            (await unconfirmed.ShouldBeProblem(HttpStatusCode.Conflict)).GetProperty("epoch").GetInt32().ShouldBe(1);
        var sealedAgain = await Ended(server, Rotations, """{"reEncrypt":true,"confirmEpoch":1}""", "rotate-keys");
        (sealedAgain.GetProperty("epoch").GetInt32(), sealedAgain.GetProperty("reEncrypted").GetBoolean(), sealedAgain.GetProperty("backups").GetInt32()).ShouldBe((2, true, 1));
        sealedAgain.GetProperty("unpinned").GetInt32().ShouldBeGreaterThan(0);
        // the same request once more, by a client that missed the answer, seals nothing again
        using var repeated = await server.Http.PostJson(Rotations, """{"reEncrypt":true,"confirmEpoch":1}""");
        (await repeated.ShouldBeProblem(HttpStatusCode.Conflict)).GetProperty("epoch").GetInt32().ShouldBe(2);
        (await server.Http.GetStringAsync(new Uri($"{Routes.Instances}/rotate-keys?showHistory=true&showHistoryOutput=true", UriKind.Relative))).ShouldNotContain(s_newKey);
    }

    // the output of what is started and ends well
    private static async Task<JsonElement> Ended(RunningServer server, string path, string body, string instance)
    {
        using (var started = await server.Http.PostJson(path, body))
        {
            started.StatusCode.ShouldBe(HttpStatusCode.Accepted, await started.Content.ReadAsStringAsync());
            started.Headers.Location!.AbsolutePath.ShouldBe($"{Routes.Instances}/{instance}");
        }
        var ended = await server.Http.Ended(instance);
        ended.GetProperty("runtimeStatus").GetString().ShouldBe("Completed", ended.ToString());
        return ended.GetProperty("output").Clone();
    }
}
