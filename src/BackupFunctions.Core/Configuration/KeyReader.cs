using static BackupFunctions.Configuration.SettingNames;

namespace BackupFunctions.Configuration;

/// <summary>Reads the one setting that gives the key.</summary>
internal static class KeyReader
{
    private const string ExampleFile = "/etc/backupfunctions/key";
    private const int ShortPassphrase = 12;

    private static readonly (string Name, KeySettingKind Kind)[] Ways =
    [
        (SettingNames.Key, KeySettingKind.Value),
        (KeyFile, KeySettingKind.File),
        (KeyCommand, KeySettingKind.Command),
        (Passphrase, KeySettingKind.Passphrase),
        (PassphraseFile, KeySettingKind.PassphraseFile),
    ];

    public static KeySetting? Read(OptionsReader reader)
    {
        var given = Ways.Where(w => reader.Get(w.Name) is not null).ToArray();
        if (given is not [var way])
        {
            if (given.Length == 0)
                reader.Problem(new SettingProblem(SettingNames.Key, "is not set, and none of its other forms (_FILE, _COMMAND, BACKUP_ENCRYPTION_PASSPHRASE, "
                    + "BACKUP_ENCRYPTION_PASSPHRASE_FILE) is: make a key with `backupfn keys new --output FILE`", $"{KeyFile}={ExampleFile}"));
            else
                reader.Problem(new SettingProblem(string.Join(" and ", given.Select(g => g.Name)), "are set together, want exactly one", $"{KeyFile}={ExampleFile}"));
            return null;
        }
        // a passphrase may begin or end with a space on purpose
        var text = way.Kind == KeySettingKind.Passphrase ? reader.Source.Get(way.Name)! : reader.Get(way.Name)!;
        switch (way.Kind)
        {
            case KeySettingKind.Value when KeyForm.Fault(text) is { } fault:
                reader.Problem(new SettingProblem(way.Name, $"{fault}: want 32 bytes in base64 or hex", $"{way.Name}=$(backupfn keys new)"));
                return null;
            case KeySettingKind.Passphrase when text.Length < ShortPassphrase:
                reader.Warn($"{way.Name} has {text.Length} characters: whoever finds a backup can try every short passphrase, take {ShortPassphrase} or more");
                break;
            case KeySettingKind.File or KeySettingKind.PassphraseFile:
                text = reader.Source.FullPath(text);
                if (reader.Source.Files.Exists(text)) break;
                reader.Problem(way.Name, $"names a file that does not exist: {text}", ExampleFile);
                return null;
        }
        return new(way.Kind, way.Name, text);
    }
}
