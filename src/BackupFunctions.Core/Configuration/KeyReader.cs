using static BackupFunctions.Configuration.SettingNames;

namespace BackupFunctions.Configuration;

/// <summary>Reads the one setting that gives the key, and the one that gives the new key of a rotation.</summary>
internal static class KeyReader
{
    private const string ExampleFile = "/etc/backupfunctions/key";
    private const int ShortPassphrase = 12;

    private static readonly Way[] Ways =
    [
        new(SettingNames.Key, KeySettingKind.Value),
        new(KeyFile, KeySettingKind.File),
        new(KeyCommand, KeySettingKind.Command),
        new(Passphrase, KeySettingKind.Passphrase),
        new(PassphraseFile, KeySettingKind.PassphraseFile),
    ];

    private static readonly Way[] NewWays =
    [
        new(SettingNames.NewKey, KeySettingKind.Value),
        new(NewKeyFile, KeySettingKind.File),
        new(NewKeyCommand, KeySettingKind.Command),
        new(NewPassphrase, KeySettingKind.Passphrase),
        new(NewPassphraseFile, KeySettingKind.PassphraseFile),
    ];

    /// <summary>The key, which has to be there.</summary>
    public static KeySetting? Read(OptionsReader reader)
    {
        if (Ways.Any(w => reader.Get(w.Name) is not null)) return Read(reader, Ways, KeyFile);
        reader.Problem(new SettingProblem(SettingNames.Key, "is not set, and none of its other forms (_FILE, _COMMAND, BACKUP_ENCRYPTION_PASSPHRASE, "
            + "BACKUP_ENCRYPTION_PASSPHRASE_FILE) is: make a key with `backupfn keys new --output FILE`", $"{KeyFile}={ExampleFile}"));
        return null;
    }

    /// <summary>The key of a rotation; null where none is set.</summary>
    public static KeySetting? ReadNew(OptionsReader reader) => NewWays.Any(w => reader.Get(w.Name) is not null) ? Read(reader, NewWays, NewKeyFile) : null;

    private static KeySetting? Read(OptionsReader reader, Way[] ways, string example)
    {
        var given = ways.Where(w => reader.Get(w.Name) is not null).ToArray();
        if (given is not [var way])
        {
            reader.Problem(new SettingProblem(string.Join(" and ", given.Select(g => g.Name)), "are set together, want exactly one", $"{example}={ExampleFile}"));
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

    private readonly record struct Way(string Name, KeySettingKind Kind);
}
