using BackupFunctions.Ambient;
using BackupFunctions.Configuration;

namespace BackupFunctions.Encryption;

/// <summary>Makes the key source that a setting asks for.</summary>
public static class KeySources
{
    /// <summary>The source; nothing is read yet.</summary>
    public static IKeySource Of(KeySetting setting, IFiles files, TimeProvider time) => setting.Kind switch
    {
        KeySettingKind.Value => new ValueKeySource(setting.SettingName, setting.Value),
        KeySettingKind.File => new FileKeySource(setting.SettingName, setting.Value, files),
        KeySettingKind.Command => new CommandKeySource(setting.SettingName, setting.Value, time),
        KeySettingKind.Passphrase => PassphraseKeySource.FromValue(setting.SettingName, setting.Value),
        KeySettingKind.PassphraseFile => PassphraseKeySource.FromFile(setting.SettingName, setting.Value, files),
        _ => throw new ArgumentOutOfRangeException(nameof(setting)),
    };
}
