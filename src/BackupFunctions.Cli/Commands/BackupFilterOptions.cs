using System.CommandLine;
using BackupFunctions.Cli.Commands.Messages;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>[--type full|incremental] [--since DATE] [--until DATE] [--namespace PATTERN]</c>.</summary>
internal sealed class BackupFilterOptions
{
    private readonly Option<string> _type = new("--type") { Description = "Only backups of this type", HelpName = "full|incremental" };
    private readonly Option<DateTimeOffset?> _since = new("--since") { Description = "Only backups that started then or later, UTC", HelpName = "DATE", CustomParser = UtcDate.Parse };
    private readonly Option<DateTimeOffset?> _until = new("--until") { Description = "Only backups that started before, UTC", HelpName = "DATE", CustomParser = UtcDate.Parse };
    private readonly Option<string> _namespace = new("--namespace") { Description = "Only backups that hold such a namespace; incremental ones hold all", HelpName = "PATTERN" };

    public void AddTo(Command command)
    {
        command.Add(_type.AcceptOnlyFromAmong("full", "incremental"));
        command.Add(_since);
        command.Add(_until);
        command.Add(_namespace);
    }

    public BackupFilter Read(ParseResult parse) => new(
        parse.GetValue(_type) switch
        {
            "full" => BackupType.Full,
            "incremental" => BackupType.Incremental,
            _ => null,
        },
        parse.GetValue(_since), parse.GetValue(_until), parse.GetValue(_namespace));
}
