using BackupFunctions.Configuration;
using BackupFunctions.Tests.Configuration;

namespace BackupFunctions.Tests.Rotation;

/// <summary>The settings of the key that is rotated to.</summary>
public class NewKeySettingTests
{
    [Fact]
    public void Without_a_new_key_nothing_is_wrong() => BackupOptions.Load(TestSettings.Source(), OptionsScope.List).NewKey.ShouldBeNull();

    [Fact]
    public void The_new_key_comes_in_the_same_forms_as_the_key()
    {
        var options = BackupOptions.Load(TestSettings.Source($"BACKUP_NEW_ENCRYPTION_KEY={TestSettings.Key}"), OptionsScope.List);
        (options.NewKey!.Kind, options.NewKey.SettingName, options.NewKey.ToString().Contains(TestSettings.Key, StringComparison.Ordinal)).ShouldBe((KeySettingKind.Value, SettingNames.NewKey, false));
        BackupOptions.Load(TestSettings.Source("BACKUP_NEW_ENCRYPTION_KEY_COMMAND=vault read key"), OptionsScope.Decrypt).NewKey!.Kind.ShouldBe(KeySettingKind.Command);
    }

    [Fact]
    public void Two_new_keys_a_malformed_one_and_a_file_that_is_not_there_are_problems()
    {
        string Problem(params string[] changes) => Should.Throw<BackupException>(() => BackupOptions.Load(TestSettings.Source(changes), OptionsScope.List)).Message;
        Problem($"BACKUP_NEW_ENCRYPTION_KEY={TestSettings.Key}", "BACKUP_NEW_ENCRYPTION_PASSPHRASE=seven words that are long").ShouldContain("BACKUP_NEW_ENCRYPTION_KEY and BACKUP_NEW_ENCRYPTION_PASSPHRASE are set together");
        Problem("BACKUP_NEW_ENCRYPTION_KEY=abc").ShouldContain("BACKUP_NEW_ENCRYPTION_KEY has 3 hex digits");
        Problem("BACKUP_NEW_ENCRYPTION_KEY_FILE=/nowhere/key").ShouldContain("/nowhere/key");
    }

    [Fact]
    public void No_form_of_the_new_key_is_shown()
    {
        var source = TestSettings.Source($"BACKUP_NEW_ENCRYPTION_KEY={TestSettings.Key}", "BACKUP_NEW_ENCRYPTION_PASSPHRASE=seven words", "BACKUP_NEW_ENCRYPTION_KEY_COMMAND=vault --token abcdef");
        var shown = string.Join('\n', ResolvedSetting.All(source).Select(s => s.Value));
        foreach (var secret in new[] { TestSettings.Key, "seven words", "abcdef" })
        {
            shown.ShouldNotContain(secret);
            SecretRedactor.From(source).Redact($"it is {secret} here --token {secret}").ShouldNotContain(secret == "abcdef" ? "--token abcdef" : secret);
        }
    }
}
