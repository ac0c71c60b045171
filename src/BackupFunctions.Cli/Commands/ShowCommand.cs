using System.CommandLine;
using System.Globalization;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>show ID|CID|latest</c>.</summary>
internal sealed class ShowCommand : CliCommand
{
    private static readonly Column[] Columns = ["NAMESPACE", "KIND", new("DOCUMENTS", true), new("SIZE", true), new("INDEXES", true)];

    private readonly IEngineCommands _engine;
    private readonly KeyringOption _keyring;
    private readonly Argument<string> _backup = BackupArgument.Create();

    public ShowCommand(IEngineCommands engine) : base("show", "Show one backup and what it holds")
    {
        _engine = engine;
        Add(_backup);
        _keyring = new(this);
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var details = await session.Run(OptionsScope.List, run => _engine.Show(new(parse.GetRequiredValue(_backup)), _keyring.Give(run, parse, session), cancellationToken));
        session.Terminal.Result("backup_details", details, () => Text(details));
        return ExitCodes.Ok;
    }

    // what a time series holds on the server are buckets of measurements
    private static string Documents(NamespaceSummary summary) => summary.Kind == "timeseries" ? $"{Human.Count(summary.Documents)} buckets" : Human.Count(summary.Documents);

    private static string Text(BackupDetails details)
    {
        var head = TextTable.Fields(
        [
            .. BackupText.Fields(details.Backup),
            ("server", details.ServerVersion),
            .. details.Backup.Type == BackupType.Full ? new[] { ("optime", details.StartOptime ?? "no oplog") } : [],
            ("epoch", details.Epoch.ToString(CultureInfo.InvariantCulture)),
            .. BackupText.Copies(details.Nodes),
        ]);
        if (details.Namespaces.Count == 0) return head;
        return head + "\n" + TextTable.Render(Columns, details.Namespaces.Select(n => (IReadOnlyList<string>)
            [n.Namespace, n.Kind, Documents(n), Human.Size(n.Bytes), Human.Count(n.Indexes)]));
    }
}
