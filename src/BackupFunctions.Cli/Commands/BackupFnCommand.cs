using System.CommandLine;

namespace BackupFunctions.Cli.Commands;

/// <summary>The root of the command line.</summary>
internal sealed class BackupFnCommand : RootCommand
{
    public const string ExecutableText = "backupfn";

    public BackupFnCommand(IEngineCommands engine) : base("Encrypted MongoDB backups on IPFS")
    {
        HelpName = ExecutableText;
        Options.OfType<VersionOption>().Single().Action = new VersionAction();
        Global.AddTo(this);
        Add(new BackupCommand(engine));
        Add(new ResumeCommand(engine));
        Add(new ListCommand(engine));
        Add(new StatsCommand(engine));
        Add(new ShowCommand(engine));
        Add(new WindowsCommand(engine));
        Add(new VerifyCommand(engine));
        Add(new ScrubCommand(engine));
        Add(new DrillCommand(engine));
        Add(new RetentionCommand(engine));
        Add(new ProtectCommand(engine, protect: true));
        Add(new ProtectCommand(engine, protect: false));
        Add(new RemoveCommand(engine));
        Add(new RestoreFullCommand(engine));
        Add(new RestoreCommand(engine));
        Add(new DownloadCommand(engine));
        Add(new ExportCommand(engine));
        Add(new ImportCommand(engine));
        Add(new DecryptCommand(engine));
        Add(new RecoverCommand(engine));
        Add(new DoctorCommand(engine));
        Add(new AlertsCommand(engine));
        Add(new KeysCommand(engine));
        Add(new ConfigCommand());
        Add(new CompletionCommand());
    }

    public GlobalOptions Global { get; } = new();
}
