using System.CommandLine;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs;
using BackupFunctions.Recovery;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>recover [CID] [--node URL]… [--kit FILE] [--repository ID] [--accept-older] [--dry-run]</c>.</summary>
internal sealed class RecoverCommand : CliCommand
{
    private readonly IEngineCommands _engine;
    private readonly Argument<string?> _cid = new("cid") { Description = "Root CID of a manifest revision, from a log or a recovery kit", HelpName = "CID", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string[]> _nodes = new("--node") { Description = "A node to ask in place of those that are set; may be repeated", HelpName = "URL" };
    private readonly Option<string?> _kit = new("--kit") { Description = "A recovery kit", HelpName = "FILE" };
    private readonly Option<string?> _repository = new("--repository") { Description = "Which repository, where the key opens several", HelpName = "ID" };
    private readonly Option<bool> _acceptOlder = new("--accept-older") { Description = "Go back to an older revision when the newest is lost" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Print what is there, write nothing" };

    public RecoverCommand(IEngineCommands engine) : base("recover", "Rebuild the catalogue from what the nodes hold")
    {
        _engine = engine;
        Add(_cid);
        foreach (var option in new Option[] { _nodes, _kit, _repository, _acceptOlder, _dryRun }) Add(option);
        _cid.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } cid && !Cid.TryParse(cid, out _)) result.AddError($"'{cid}' is no CID: want CIDv1 in base32");
        });
        _repository.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is not { } id || (id.Length == 2 * RepositoryId.Size && id.All(char.IsAsciiHexDigit))) return;
            result.AddError($"'{id}' is no repository: want its {2 * RepositoryId.Size} hex digits");
        });
    }

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var kit = parse.GetValue(_kit) is { } path ? ReadKit(session, session.Io.Settings.FullPath(path)) : null;
        var dryRun = parse.GetValue(_dryRun);
        var request = new RecoverRequest(parse.GetValue(_cid), kit, parse.GetValue(_repository), dryRun, parse.GetValue(_acceptOlder));
        var scope = dryRun ? OptionsScope.Restore : OptionsScope.List;
        var result = await session.Run(scope, Nodes(parse, session, kit), run => _engine.Recover(request, run, cancellationToken));
        session.Terminal.Result("recover_result", result, () => TextTable.Fields(Fields(result)));
        foreach (var warning in result.Warnings) session.Terminal.Warning(warning);
        if (result.Latest?.State == BackupState.Degraded || result.Relisted.Count > 0) session.Terminal.Note("`backupfn resume` makes the copies that are missing");
        if (result.Unanswered.Count == 0) return ExitCodes.Ok;
        return session.Terminal.Error(Human.Word(ErrorKind.Partial), $"recover from every node: {string.Join("; ", result.Unanswered)}",
            "what only that node knows is not in the catalogue: recover again when it is back; one that is gone for good is left out with --node", ExitCodes.Of(ErrorKind.Partial));
    }

    // what is set wins over what the kit remembers
    private IReadOnlyList<string> Nodes(ParseResult parse, CliSession session, RecoveryKit? kit)
    {
        var given = parse.GetValue(_nodes) ?? [];
        foreach (var node in given) RefuseNewVault(session, node);
        var isSet = session.Io.Settings.Get(SettingNames.NodeUrl(1)) is not null || session.Io.Settings.Get(SettingNames.NodeUrl(2)) is not null;
        return given.Length > 0 || kit is null || isSet ? given : kit.Nodes;
    }

    // opening one would make it, and a mistyped path look like a node that holds nothing
    private static void RefuseNewVault(CliSession session, string node)
    {
        if (!Uri.TryCreate(node, UriKind.Absolute, out var address) || !address.IsFile || VaultNode.IsIn(VaultNode.DirectoryOf(address), session.Io.Files)) return;
        throw BackupException.NotFound($"ask node {node}: there is no vault", "look whether its volume is mounted");
    }

    private static RecoveryKit ReadKit(CliSession session, string path)
    {
        if (!session.Io.Files.Exists(path)) throw BackupException.NotFound($"open {path}: there is no such file", "without a kit the nodes are enough: `backupfn recover --node URL`");
        using var file = session.Io.Files.OpenRead(path);
        using var json = new MemoryStream();
        file.CopyTo(json);
        return RecoveryKit.Parse(json.GetBuffer().AsSpan(0, (int)json.Length), path);
    }

    private static IEnumerable<(string, string)> Fields(RecoverResult result) =>
    [
        ("repository", result.Repository),
        ("revision", $"{result.Revision}"),
        ("manifest", result.Manifest),
        ("catalogue", Catalogue(result)),
        ("backups", Human.Count(result.Backups)),
        .. result.Latest is { } latest ? new[] { ("latest", $"{latest.Id} {Human.Word(latest.Type)}, started {Human.Time(latest.StartedAt)}"), ("root", latest.Root) } : [],
        .. result.Merged.Select(m => ("merged", m)),
        .. result.Relisted.Select(b => ("listed again", b)),
    ];

    private static string Catalogue(RecoverResult result)
    {
        var before = result.CatalogueRevision is { } revision ? $"revision {revision}" : "nothing";
        return result.Outcome switch
        {
            RecoveryOutcome.Found => $"knows {before}; nothing was written",
            RecoveryOutcome.UpToDate => "was up to date",
            _ => $"recovered; it knew {before}",
        };
    }
}
