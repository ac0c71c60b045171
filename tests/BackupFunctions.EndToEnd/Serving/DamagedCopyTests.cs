using System.Text.Json;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.EndToEnd.Conformance;

namespace BackupFunctions.EndToEnd.Serving;

/// <summary>Verifications find what is wrong with a copy, and ask no MongoDB.</summary>
public sealed class DamagedCopyTests
{
    [Fact]
    public async Task A_changed_block_is_found_on_its_node_and_a_missing_pack_too_while_MongoDB_is_gone()
    {
        await using var mongo = await EmbeddedMongoServer.Start(new());
        await MongoFixture.Seed(mongo.ConnectionString);
        await using var server = await RunningServer.Start(mongo.ConnectionString);
        using (var started = await server.Http.PostJson("/api/backups", """{"type":"full"}""")) started.EnsureSuccessStatusCode();
        (await server.Http.Ended("full-backup")).GetProperty("runtimeStatus").GetString().ShouldBe("Completed");
        await mongo.DisposeAsync();
        (await Verify(server, "{}")).GetProperty("whole").GetBoolean().ShouldBeTrue();

        var pack = new DirectoryInfo(Path.Combine(server.Directory, "vault2")).EnumerateFiles("*.car", SearchOption.AllDirectories).MaxBy(f => f.Length)!;
        using (var file = pack.Open(FileMode.Open))
        {
            file.Position = file.Length / 2;
            var value = file.ReadByte();
            file.Position--;
            file.WriteByte((byte)(value ^ 1));
        }
        Judge(await Verify(server, """{"backup":"latest","sample":100}"""), "damaged");
        pack.Delete();
        Judge(await Verify(server, """{"sample":0.5}"""), "missing");
    }

    private static void Judge(JsonElement output, string count)
    {
        output.GetProperty("whole").GetBoolean().ShouldBeFalse();
        var nodes = output.GetProperty("nodes").EnumerateArray().ToList();
        nodes[0].GetProperty("fault").ValueKind.ShouldBe(JsonValueKind.Null);
        nodes[1].GetProperty("node").GetString().ShouldNotBeNull().ShouldStartWith("IPFS_NODE_2_URL");
        nodes[1].GetProperty(count).GetInt64().ShouldBeGreaterThan(0);
        nodes[1].GetProperty("fault").GetString().ShouldNotBeNullOrEmpty();
    }

    private static async Task<JsonElement> Verify(RunningServer server, string body)
    {
        using (var started = await server.Http.PostJson("/api/verifications", body)) started.StatusCode.ShouldBe(System.Net.HttpStatusCode.Accepted, await started.Content.ReadAsStringAsync());
        var ended = await server.Http.Ended("verification");
        ended.GetProperty("runtimeStatus").GetString().ShouldBe("Completed", ended.ToString());
        return ended.GetProperty("output");
    }
}
