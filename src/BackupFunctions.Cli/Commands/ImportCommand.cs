using System.CommandLine;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>import FILE… [--blocks-only] [--keyring FILE]</c>.</summary>
internal sealed class ImportCommand : CliCommand
{
    private static readonly Column[] Columns = ["FILE", "HOLDS", "NODE", new("VERIFIED", true), "FAULT"];

    private readonly IEngineCommands _engine;
    private readonly KeyringOption _keyring;
    private readonly Argument<string[]> _paths = new("file") { Description = "CAR files from export; with --blocks-only any with one root", HelpName = "FILE", Arity = ArgumentArity.OneOrMore };
    private readonly Option<bool> _blocksOnly = new("--blocks-only") { Description = "Store and pin what is in the files, and record nothing" };

    public ImportCommand(IEngineCommands engine) : base("import", "Bring backups from files to both nodes, and record them")
    {
        _engine = engine;
        Add(_paths);
        Add(_blocksOnly);
        _keyring = new(this);
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var blocksOnly = parse.GetValue(_blocksOnly);
        var request = new ImportRequest([.. parse.GetRequiredValue(_paths).Select(session.Io.Settings.FullPath)], blocksOnly);
        var result = await session.Run(blocksOnly ? OptionsScope.Download : OptionsScope.List, run => _engine.Import(request, _keyring.Give(run, parse, session), cancellationToken));
        session.Terminal.Result("import_result", result, () => TextTable.Render(Columns, result.Files.SelectMany(Rows)));
        foreach (var warning in result.Files.SelectMany(f => f.Backups).SelectMany(b => b.Warnings)) session.Terminal.Warning(warning);
        var lacking = result.Files.SelectMany(f => f.Nodes.Concat(f.Backups.SelectMany(b => b.Nodes))).Where(n => n.Fault is not null).Select(n => n.Node).Distinct().ToList();
        if (lacking.Count == 0) return ExitCodes.Ok;
        return session.Terminal.Error(Human.Word(ErrorKind.Partial), $"import to both nodes: no verified copy on {string.Join(" and ", lacking)}", "repair the node and import again, which goes on", ExitCodes.Of(ErrorKind.Partial));
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(ImportedFile file) =>
        file.Backups.SelectMany(b => b.Nodes.Select(n => Row(file, b.Backup.Id, n))).Concat(file.Nodes.Select(n => Row(file, file.Root ?? "", n)));

    private static IReadOnlyList<string> Row(ImportedFile file, string holds, NodeCopy copy) =>
        [Path.GetFileName(file.Path), holds, copy.Node, Human.Count(copy.VerifiedBlocks), copy.Fault ?? ""];
}
