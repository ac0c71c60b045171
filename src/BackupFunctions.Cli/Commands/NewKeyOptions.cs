using System.CommandLine;
using BackupFunctions.Configuration;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>--new-key-file</c>, <c>--new-key-command</c> and <c>--new-passphrase-file</c>, one at most; without one the setting BACKUP_NEW_ENCRYPTION_KEY or one of its forms counts.</summary>
internal sealed class NewKeyOptions
{
    private readonly Option<string?> _file = new("--new-key-file") { Description = "The file that holds the new key", HelpName = "FILE" };
    private readonly Option<string?> _command = new("--new-key-command") { Description = "A command that prints the new key", HelpName = "COMMAND" };
    private readonly Option<string?> _passphrase = new("--new-passphrase-file") { Description = "The file that holds the new passphrase", HelpName = "FILE" };

    public NewKeyOptions(Command command)
    {
        Option[] all = [_file, _command, _passphrase];
        foreach (var option in all) command.Add(option);
        command.Validators.Add(result =>
        {
            if (all.Count(o => result.GetResult(o) is not null) > 1) result.AddError($"give one of {string.Join(", ", all.Select(o => o.Name))}");
        });
    }

    /// <summary>The run with the new key, if one is given here.</summary>
    public EngineRun Give(EngineRun run, ParseResult parse, CliSession session)
    {
        var setting = parse.GetValue(_file) is { } file ? OfFile(KeySettingKind.File, _file.Name, file, session)
            : parse.GetValue(_passphrase) is { } passphrase ? OfFile(KeySettingKind.PassphraseFile, _passphrase.Name, passphrase, session)
            : parse.GetValue(_command) is { } command ? OfCommand(command, session)
            : run.Options.NewKey;
        return run with { Options = run.Options with { NewKey = setting } };
    }

    private static KeySetting OfFile(KeySettingKind kind, string option, string path, CliSession session)
    {
        var full = session.Io.Settings.FullPath(path);
        return session.Io.Files.Exists(full) ? new(kind, option, full)
            : throw new BackupException(ErrorKind.Configuration, $"read {option}: {full} does not exist", "make a key with `backupfn keys new --output FILE`");
    }

    // its arguments may hold a password
    private KeySetting OfCommand(string command, CliSession session)
    {
        if (command.Trim().Split(' ', 2) is [_, var arguments]) session.Redactor.Add(arguments);
        return new(KeySettingKind.Command, _command.Name, command);
    }
}
