using System.CommandLine;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>restore-full CID|latest --uri URI [--at TIME] [--incremental CID] [--ns-…] [--users-and-roles] [--drop] [--dry-run] [--force]</c>.</summary>
internal sealed class RestoreFullCommand : CliCommand
{
    private readonly IEngineCommands _engine;
    private readonly KeyringOption _keyring;
    private readonly RestoreTarget _target;
    private readonly Argument<string> _backup = BackupArgument.Create();
    private readonly Option<string?> _at = new("--at") { Description = "Restore to this point in time: a UTC time to the end of its second, or an optime", HelpName = "TIME|SECONDS:INCREMENT" };
    private readonly Option<string[]> _incrementals = new("--incremental") { Description = "Restore to the end of this incremental backup; may be repeated", HelpName = "CID" };
    private readonly Option<string[]> _include = Patterns("--ns-include", "Only namespaces that match database.collection, * is anything; may be repeated");
    private readonly Option<string[]> _exclude = Patterns("--ns-exclude", "No namespaces that match; may be repeated");
    private readonly Option<string[]> _from = Patterns("--ns-from", "Restore namespaces that match under other names: pairs with --ns-to");
    private readonly Option<string[]> _to = Patterns("--ns-to", "The names for the --ns-from of the same place; each * is what that one's * matched");
    private readonly Option<bool> _usersAndRoles = new("--users-and-roles") { Description = "Merge users and roles into those of the target" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Print what would be restored, write nothing" };
    private readonly Option<bool> _force = new("--force") { Description = "Allow a target of an older major version than the backup's server" };

    public RestoreFullCommand(IEngineCommands engine) : base("restore-full", "Restore a backup from the nodes, to any point in time")
    {
        _engine = engine;
        Add(_backup);
        _target = new(this);
        foreach (var option in new Option[] { _at, _incrementals, _include, _exclude, _from, _to, _usersAndRoles, _dryRun, _force }) Add(option);
        _keyring = new(this);
        _at.Validators.Add(result => Check(result.Tokens, text => RestorePoint.Parse(text, "--at"), result.AddError));
        _incrementals.Validators.Add(result => Check(result.Tokens, text => Cid.Parse(text), result.AddError));
        Validators.Add(result =>
        {
            if (result.GetResult(_at) is not null && result.GetResult(_incrementals) is not null && result.GetValue(_backup) == "latest")
                result.AddError("--at finds its incremental backups by itself: give --incremental only with the CID of a full backup");
        });
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var uri = _target.Uri(parse, session);
        var namespaces = new NamespaceSelection(Values(_include), Values(_exclude), Values(_from), Values(_to));
        var request = new RestoreFullRequest(parse.GetRequiredValue(_backup), parse.GetValue(_at), Values(_incrementals), uri, namespaces,
            parse.GetValue(_usersAndRoles), _target.Drop(parse), parse.GetValue(_dryRun), parse.GetValue(_force));
        var result = await session.Run(OptionsScope.Restore, run => _engine.RestoreFull(request, _keyring.Give(run, parse, session), cancellationToken));
        return RestoreOutput.Print(result, session.Terminal);

        string[] Values(Option<string[]> option) => parse.GetValue(option) ?? [];
    }

    private static Option<string[]> Patterns(string name, string description) => new(name) { Description = description, HelpName = "PATTERN" };

    private static void Check(IEnumerable<System.CommandLine.Parsing.Token> tokens, Action<string> parse, Action<string> onError)
    {
        foreach (var token in tokens)
        {
            try
            {
                parse(token.Value);
            }
            catch (Exception e) when (e is BackupException or FormatException)
            {
                onError(e is BackupException { Hint: { } hint } ? $"{e.Message}: {hint}" : e.Message);
            }
        }
    }
}
