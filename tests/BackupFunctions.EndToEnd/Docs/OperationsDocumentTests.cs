namespace BackupFunctions.EndToEnd.Docs;

/// <summary>docs/operations.md over a small repository of three full backups and what was written between them: its commands in their order, and what they print.</summary>
public sealed class OperationsDocumentTests
{
    private const string Source = "mongodb://127.0.0.1:27117/?replicaSet=rs0", Dump = "tests/Data/mongodump-100.18/directory";

    [Fact]
    public async Task Every_command_works_in_its_order_and_prints_what_is_shown()
    {
        // a catalogue in the source would write oplog of its own between two backups, and whether that shows depends on how fast they follow each other
        var settings = $"{Document.Readme.BlocksIn("ini").Single()}MONGODB_CATALOG_URI=file://{WalkThrough.Place}/catalogue\n";
        await using var walk = await WalkThrough.Start(settings);
        await Prepare(walk);
        foreach (var block in new Document("docs/operations.md").Blocks)
        {
            if (block.Language == "ini") await walk.Configure(Changed(settings, block));
            foreach (var command in block.Language == "console" ? block.Transcript() : block.Language == "sh" ? block.Lines.Select(l => new TranscriptCommand(l, "")) : [])
            {
                var (exitCode, output) = await walk.Run(command);
                exitCode.ShouldBe(0, $"{command.Line}\n{output}");
                if (block.Language == "sh") continue;
                Transcript.Shape(output).ShouldBe(Transcript.Shape(command.Output), command.Line);
                walk.Learn(command.Output, output);
            }
        }
    }

    private static string Changed(string settings, FencedBlock block)
    {
        var names = block.Lines.Select(l => l[..(l.IndexOf('=', StringComparison.Ordinal) + 1)]).ToList();
        return string.Join('\n', [.. settings.Split('\n').Where(l => !names.Exists(n => l.StartsWith(n, StringComparison.Ordinal))), .. block.Lines, ""]);
    }

    private static async Task Prepare(WalkThrough walk)
    {
        await Run("keys", "new", "--output", $"{WalkThrough.Place}/backup.key");
        await Run("restore", Dump, "--ns-include", "shop.*", "--uri", Source);
        await Run("backup", "full");
        await Run("restore", Dump, "--ns-include", "logs.*", "--uri", Source);
        await Run("backup", "incremental");
        await Run("backup", "full");
        await Run("restore", Dump, "--ns-include", "shop.*", "--uri", Source, "--drop");
        await Run("backup", "incremental");
        await Run("backup", "full");

        async Task Run(params string[] arguments)
        {
            var (exitCode, output) = await walk.BackupFn(arguments);
            exitCode.ShouldBe(0, $"{string.Join(' ', arguments)}\n{output}");
        }
    }
}
