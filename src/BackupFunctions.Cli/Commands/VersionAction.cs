using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace BackupFunctions.Cli.Commands;

/// <summary>Prints <c>backupfn 1.2.3</c>: the version of this assembly, whatever process it runs in.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var version = typeof(VersionAction).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        parseResult.InvocationConfiguration.Output.WriteLine($"{BackupFnCommand.ExecutableText} {version.Split('+')[0]}");
        return ExitCodes.Ok;
    }
}
