using System.CommandLine;
using BackupFunctions.Configuration;

namespace BackupFunctions.Cli.Commands;

/// <summary>The options that say where a restore goes: always given by hand, never the source by default.</summary>
internal sealed class RestoreTarget
{
    private readonly Option<string> _uri = new("--uri") { Description = "Connection string of the MongoDB to restore into", HelpName = "URI", Required = true };
    private readonly Option<bool> _drop = new("--drop") { Description = "Drop each collection before it is restored" };

    public RestoreTarget(Command command)
    {
        _uri.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && MongoUriForm.Check("--uri", token.Value) is { } problem) result.AddError(problem.ToString());
        });
        command.Add(_uri);
        command.Add(_drop);
    }

    public bool Drop(ParseResult parse) => parse.GetValue(_drop);

    /// <summary>The connection string; its password will not be printed.</summary>
    public string Uri(ParseResult parse, CliSession session)
    {
        var uri = parse.GetRequiredValue(_uri);
        session.Redactor.AddUri(uri);
        return uri;
    }
}
