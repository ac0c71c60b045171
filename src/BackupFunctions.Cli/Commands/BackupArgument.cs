using System.CommandLine;

namespace BackupFunctions.Cli.Commands;

/// <summary>The argument that names a backup.</summary>
internal static class BackupArgument
{
    public const string Latest = "latest";

    /// <summary>An id, a root CID, or <c>latest</c>, which may be the default.</summary>
    public static Argument<string> Create(bool optional = false)
    {
        var argument = new Argument<string>("backup") { Description = "Id or root CID of a backup, or latest", HelpName = "ID|CID|latest" };
        if (optional) argument.DefaultValueFactory = _ => Latest;
        argument.CompletionSources.Add(Latest);
        return argument;
    }
}
