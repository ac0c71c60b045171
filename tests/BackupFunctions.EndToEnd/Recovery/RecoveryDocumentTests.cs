using BackupFunctions.EndToEnd.Docs;

namespace BackupFunctions.EndToEnd.Recovery;

/// <summary>The commands of docs/recovery.md, one after the other, as somebody types them on the worst day.</summary>
public sealed class RecoveryDocumentTests(DisasterFixture fixture) : IClassFixture<DisasterFixture>
{
    [Fact]
    public async Task Every_command_works_in_its_order()
    {
        var commands = new Document("docs/recovery.md").Blocks.Where(b => b.Language == "sh").SelectMany(b => b.Lines).ToList();
        commands.Count.ShouldBeGreaterThan(10);
        using var work = fixture.Work.Copy();
        var root = (await work.Run("list --json")).Lines.First(l => l.GetProperty("type").GetString() == "full").GetProperty("root").GetString()!;
        var newest = (await work.Run("windows --json")).Lines.Last(l => l.GetProperty("message_type").GetString() == "window").GetProperty("to").GetString()!;
        foreach (var loss in new[] { Loss.MongoDb, Loss.Catalogue }) work.Lose(loss);
        foreach (var command in commands)
        {
            command.ShouldStartWith("backupfn ");
            var line = command["backupfn ".Length..].Replace("$NODE", "file://{root}/vault-1", StringComparison.Ordinal).Replace("$TARGET", fixture.Mongo.Target, StringComparison.Ordinal)
                .Replace("$ROOT", root, StringComparison.Ordinal).Replace("$OPTIME", newest, StringComparison.Ordinal).Replace("recovery-kit.json", "{root}/recovery-kit.json", StringComparison.Ordinal)
                .Replace("backup.car", "{root}/backup.car", StringComparison.Ordinal).Replace("--output dump", "--output {root}/dump", StringComparison.Ordinal);
            (await work.Run(line)).Ended(0);
        }
    }
}
