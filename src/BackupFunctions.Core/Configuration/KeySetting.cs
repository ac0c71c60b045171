namespace BackupFunctions.Configuration;

/// <summary>How the key-encryption key is given.</summary>
public enum KeySettingKind
{
    /// <summary>The key itself: 32 bytes in base64 or hex.</summary>
    Value,

    /// <summary>Absolute path of a file that holds the key.</summary>
    File,

    /// <summary>A command line that prints the key.</summary>
    Command,

    /// <summary>A passphrase itself.</summary>
    Passphrase,

    /// <summary>Absolute path of a file that holds the passphrase.</summary>
    PassphraseFile,
}

/// <summary>The one setting that gives the key, and its value: a secret, a path or a command line by its kind. Its text form hides the value.</summary>
public sealed record KeySetting(KeySettingKind Kind, string SettingName, string Value)
{
    /// <inheritdoc/>
    public override string ToString() => $"{SettingName} ({Kind})";
}
