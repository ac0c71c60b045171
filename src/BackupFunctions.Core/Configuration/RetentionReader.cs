using BackupFunctions.Retention;

namespace BackupFunctions.Configuration;

/// <summary>Reads which backups stay.</summary>
internal static class RetentionReader
{
    private const int MaxDays = 36_500, MaxCount = 100_000, MaxGraceHours = 8_760;

    public static RetentionSettings Read(OptionsReader reader)
    {
        var policy = new RetentionPolicy(
            reader.Integer(SettingNames.RetentionDays, 0, MaxDays, Defaults.RetentionDays, "90"),
            Count(reader, SettingNames.KeepLast),
            Count(reader, SettingNames.KeepDaily),
            Count(reader, SettingNames.KeepWeekly),
            Count(reader, SettingNames.KeepMonthly),
            Count(reader, SettingNames.KeepYearly));
        if (policy.IsEmpty) reader.Problem(SettingNames.RetentionDays, "is 0, and no BACKUP_KEEP_* is set: no rule would keep anything", "90");
        return new(policy,
            TimeSpan.FromHours(reader.Integer(SettingNames.RetentionGrace, 1, MaxGraceHours, Defaults.RetentionGraceHours, "48")),
            reader.Integer(SettingNames.LocalRetention, 1, MaxDays, Defaults.LocalRetentionDays, "7"));
    }

    private static int Count(OptionsReader reader, string name) => reader.Integer(name, 0, MaxCount, 0, "12");
}
