using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>verify [CID|latest] [--sample N%]</c>.</summary>
internal sealed class VerifyCommand : CliCommand
{
    private static readonly Column[] Columns = ["NODE", "PINNED", new("BLOCKS", true), new("CHECKED", true), new("MISSING", true), new("DAMAGED", true), "FAULT"];

    private readonly IEngineCommands _engine;
    private readonly KeyringOption _keyring;
    private readonly Argument<string> _backup = BackupArgument.Create(optional: true);
    private readonly Option<double> _sample = new("--sample")
    {
        Description = "Share of the blocks to fetch and hash, in percent",
        HelpName = "N%",
        CustomParser = ParsePercent,
        DefaultValueFactory = _ => 100,
    };

    public VerifyCommand(IEngineCommands engine) : base("verify", "Check a backup on both nodes by hash")
    {
        _engine = engine;
        Add(_backup);
        Add(_sample);
        _keyring = new(this);
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var request = new VerifyRequest(parse.GetRequiredValue(_backup), parse.GetValue(_sample));
        var result = await session.Run(OptionsScope.Restore, run => _engine.Verify(request, _keyring.Give(run, parse, session), cancellationToken));
        session.Terminal.Result("verify_result", result, () => $"{Printable.Line(result.Id)}  {result.Root}\n" + TextTable.Render(Columns, result.Nodes.Select(Row)));
        return Judge(result, session.Terminal);
    }

    private static int Judge(VerifyResult result, Terminal terminal)
    {
        var damaged = result.Nodes.Sum(n => n.Damaged);
        if (damaged > 0)
            return terminal.Error(Human.Word(ErrorKind.Corrupt), $"verify {result.Id}: {Human.Count(damaged)} blocks have wrong bytes", "`backupfn scrub --all` brings the good ones from another copy", ExitCodes.Of(ErrorKind.Corrupt));
        var lacking = result.Nodes.Where(n => !n.Pinned || n.Missing > 0 || n.Fault is not null).Select(n => n.Node).ToArray();
        if (lacking.Length == 0) return ExitCodes.Ok;
        var kind = lacking.Length == result.Nodes.Count ? ErrorKind.Failed : ErrorKind.Partial;
        return terminal.Error(Human.Word(kind), $"verify {result.Id}: no whole copy on {string.Join(" and ", lacking)}",
            "when the node answers, `backupfn resume` makes a copy that is missing, and `backupfn scrub --all` brings blocks that are", ExitCodes.Of(kind));
    }

    private static IReadOnlyList<string> Row(NodeVerification n) =>
        [n.Node, n.Pinned ? "yes" : "no", Human.Count(n.Blocks), Human.Count(n.Checked), Human.Count(n.Missing), Human.Count(n.Damaged), n.Fault ?? ""];

    private static double ParsePercent(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (double.TryParse(text.TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and <= 100) return percent;
        result.AddError($"'{text}' is no share: want a percentage above 0 and up to 100, for example --sample 5%");
        return 0;
    }
}
