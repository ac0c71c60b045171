using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using BackupFunctions.Configuration;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>keys new [--output FILE]</c>.</summary>
internal sealed class KeysNewCommand : CliCommand
{
    private const int KeyBytes = 32;

    private readonly Option<string> _output = new("--output", "-o") { Description = "Write the key to a new file that its owner alone can read", HelpName = "FILE" };

    public KeysNewCommand() : base("new", "Make a new encryption key") => Add(_output);

    public override Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var path = parse.GetValue(_output) is { } file ? session.Io.Settings.FullPath(file) : null;
        if (path is not null && session.Io.Files.Exists(path))
            throw new BackupException(ErrorKind.Configuration, $"write key to {path}: the file exists", "a key is never overwritten: give another file");

        Span<byte> key = stackalloc byte[KeyBytes];
        session.Io.Random.Fill(key);
        var text = Convert.ToBase64String(key);
        CryptographicOperations.ZeroMemory(key);

        if (path is null)
        {
            session.Terminal.Result("key", new { key = text }, () => text + "\n");
        }
        else
        {
            using (var pending = session.Io.Files.Create(path, ownerOnly: true))
            {
                pending.Stream.Write(Encoding.ASCII.GetBytes(text + "\n"));
                pending.Commit();
            }
            session.Terminal.Result("key", new { path, setting = $"{SettingNames.KeyFile}={path}" }, () => $"{SettingNames.KeyFile}={path}\n");
        }
        session.Terminal.Warning("keep a copy of this key in a safe place: without it no backup can ever be opened, and nobody can make it again");
        return Task.FromResult(ExitCodes.Ok);
    }
}
