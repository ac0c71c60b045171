using System.CommandLine;
using BackupFunctions.Encryption;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>--keyring FILE</c>: a keyring that is newer than a backup's own copy, from <c>keys export</c>.</summary>
internal sealed class KeyringOption
{
    private const int MaxBytes = 1024 * 1024;

    private readonly Option<string?> _file = new("--keyring")
    {
        Description = "A keyring from `keys export`, for backups that were made before keys were rotated",
        HelpName = "FILE",
    };

    public KeyringOption(Command command) => command.Add(_file);

    /// <summary>The run with the keyring, if one is given.</summary>
    public EngineRun Give(EngineRun run, ParseResult parse, CliSession session) =>
        parse.GetValue(_file) is { } path ? run with { Keyrings = [Read(session.Io.Settings.FullPath(path), session)] } : run;

    private static Keyring Read(string path, CliSession session)
    {
        try
        {
            using var file = session.Io.Files.OpenRead(path);
            var bytes = new byte[MaxBytes];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return Keyring.Parse(bytes.AsSpan(0, length).Trim("\r\n"u8));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BackupException(ErrorKind.Configuration, $"read --keyring {path}: {e.Message}", "write one with `backupfn keys export --output FILE`", e);
        }
        catch (BackupException e)
        {
            throw new BackupException(e.Kind, $"{path}: {e.Message}", "write one with `backupfn keys export --output FILE`", e);
        }
    }
}
