using BackupFunctions.Configuration;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>When nothing of our own is left, a gateway is enough.</summary>
public sealed class GatewayTests(MongoFixture mongo) : IClassFixture<MongoFixture>
{
    [Fact]
    public async Task What_both_nodes_have_lost_is_restored_from_a_gateway()
    {
        using var work = new CliWorkspace(mongo.Source);
        var root = await work.BackUp();
        (await work.Run($"download {root} --output {{root}}/backup.car")).Ended(0);
        foreach (var vault in new[] { "vault-1", "vault-2" }) Directory.Delete(work.PathOf(vault), recursive: true);
        (await work.Run($"restore-full {root} --uri {mongo.Target}")).FailedWith(10, root);

        await using var gateway = await LoopbackGateway.Over(work.PathOf("backup.car"));
        // the first answers nothing
        work.Settings[SettingNames.Gateways] = $"http://127.0.0.1:1,{gateway.Url}";
        work.Settings[SettingNames.LocalVault] = "{root}/local";
        (await work.Run($"restore-full {root} --uri {mongo.Target}")).Ended(0);
        (await MongoFixture.Contents(mongo.Target)).ShouldBe(await MongoFixture.Contents(mongo.Source), ignoreOrder: true);
        gateway.Given.ShouldBeGreaterThan(10);
        (await work.Run($"download {root} --output {{root}}/again.car")).Ended(0);
        (await File.ReadAllBytesAsync(work.PathOf("again.car"))).ShouldBe(await File.ReadAllBytesAsync(work.PathOf("backup.car")));
    }
}
