using static BackupFunctions.Configuration.SettingNames;

namespace BackupFunctions.Configuration;

/// <summary>How a value may be shown.</summary>
public enum Sensitivity
{
    /// <summary>As it is.</summary>
    Plain,

    /// <summary>An address: without the password and without secret parameters.</summary>
    Address,

    /// <summary>A command line: its first word.</summary>
    Command,

    /// <summary>Not at all.</summary>
    Secret,
}

/// <summary>One setting of this release: its name, how it may be shown, and what holds when it is not set (null: nothing).</summary>
public sealed record KnownSetting(string Name, Sensitivity Sensitivity, Func<SettingsSource, string?> Default);

/// <summary>Every setting of this release, in the order in which they are shown.</summary>
public static class KnownSettings
{
    /// <summary>The table.</summary>
    public static IReadOnlyList<KnownSetting> All { get; } =
    [
        new(MongoUri, Sensitivity.Address, None),
        new(CatalogUri, Sensitivity.Address, s => s.Get(MongoUri)),
        new(CatalogDatabase, Sensitivity.Plain, _ => Defaults.CatalogDatabase),
        new(Key, Sensitivity.Secret, None),
        new(KeyFile, Sensitivity.Plain, None),
        new(KeyCommand, Sensitivity.Command, None),
        new(Passphrase, Sensitivity.Secret, None),
        new(PassphraseFile, Sensitivity.Plain, None),
        new(NewKey, Sensitivity.Secret, None),
        new(NewKeyFile, Sensitivity.Plain, None),
        new(NewKeyCommand, Sensitivity.Command, None),
        new(NewPassphrase, Sensitivity.Secret, None),
        new(NewPassphraseFile, Sensitivity.Plain, None),
        new(NodeUrl(1), Sensitivity.Address, None),
        new(NodeToken(1), Sensitivity.Secret, None),
        new(NodeCaFile(1), Sensitivity.Plain, None),
        new(NodeUrl(2), Sensitivity.Address, None),
        new(NodeToken(2), Sensitivity.Secret, None),
        new(NodeCaFile(2), Sensitivity.Plain, None),
        new(ClusterUrl(1), Sensitivity.Address, None),
        new(ClusterToken(1), Sensitivity.Secret, None),
        new(ClusterCaFile(1), Sensitivity.Plain, None),
        new(ClusterUrl(2), Sensitivity.Address, None),
        new(ClusterToken(2), Sensitivity.Secret, None),
        new(ClusterCaFile(2), Sensitivity.Plain, None),
        new(ClusterReplication, Sensitivity.Plain, _ => $"{Defaults.ClusterReplication}"),
        new(Gateways, Sensitivity.Address, None),
        new(NodeTimeout, Sensitivity.Plain, _ => $"{Defaults.NodeTimeout.TotalSeconds}"),
        new(LocalVault, Sensitivity.Plain, None),
        new(Include, Sensitivity.Plain, None),
        new(Exclude, Sensitivity.Plain, None),
        new(SettingNames.Staging, Sensitivity.Address, Defaults.StagingDirectory),
        new(SettingNames.StagingContainer, Sensitivity.Plain, _ => Defaults.StagingContainer),
        new(RecoveryKit, Sensitivity.Plain, Defaults.RecoveryKitFile),
        new(Parallelism, Sensitivity.Plain, _ => $"{Defaults.Parallelism}"),
        new(CompressionLevel, Sensitivity.Plain, _ => $"{Defaults.CompressionLevel}"),
        new(RateLimit, Sensitivity.Plain, None),
        new(RetentionDays, Sensitivity.Plain, _ => $"{Defaults.RetentionDays}"),
        new(KeepLast, Sensitivity.Plain, _ => "0"),
        new(KeepDaily, Sensitivity.Plain, _ => "0"),
        new(KeepWeekly, Sensitivity.Plain, _ => "0"),
        new(KeepMonthly, Sensitivity.Plain, _ => "0"),
        new(KeepYearly, Sensitivity.Plain, _ => "0"),
        new(RetentionGrace, Sensitivity.Plain, _ => $"{Defaults.RetentionGraceHours}"),
        new(RetentionAfterBackup, Sensitivity.Plain, _ => "true"),
        new(LocalRetention, Sensitivity.Plain, _ => $"{Defaults.LocalRetentionDays}"),
        new(SettingNames.ScrubShare, Sensitivity.Plain, _ => Defaults.ScrubShare),
        new(DrillUri, Sensitivity.Address, None),
        new(FullSchedule, Sensitivity.Plain, _ => Defaults.FullSchedule),
        new(IncrementalSchedule, Sensitivity.Plain, _ => Defaults.IncrementalSchedule),
        new(ResumeSchedule, Sensitivity.Plain, _ => Defaults.ResumeSchedule),
        new(RetentionSchedule, Sensitivity.Plain, _ => Defaults.RetentionSchedule),
        new(ScrubSchedule, Sensitivity.Plain, _ => Defaults.ScrubSchedule),
        new(DrillSchedule, Sensitivity.Plain, _ => Defaults.DrillSchedule),
        new(SettingNames.WatchSchedule, Sensitivity.Plain, _ => Defaults.WatchSchedule),
        new(WebhookUrl, Sensitivity.Secret, None),
        new(WebhookUrlFile, Sensitivity.Plain, None),
        new(SettingNames.WebhookFormat, Sensitivity.Plain, None),
        new(SmtpHost, Sensitivity.Plain, None),
        new(SmtpPort, Sensitivity.Plain, None),
        new(SettingNames.SmtpTls, Sensitivity.Plain, None),
        new(SmtpUser, Sensitivity.Plain, None),
        new(SmtpPassword, Sensitivity.Secret, None),
        new(SmtpPasswordFile, Sensitivity.Plain, None),
        new(SmtpFrom, Sensitivity.Plain, None),
        new(SmtpTo, Sensitivity.Plain, None),
        new(SettingNames.AlertLevel, Sensitivity.Plain, _ => "info"),
        new(AlertRepeat, Sensitivity.Plain, _ => $"{Defaults.AlertRepeatHours}"),
        new(AlertRate, Sensitivity.Plain, _ => $"{Defaults.AlertsPerHour}"),
        new(AlertNoSuccess, Sensitivity.Plain, None),
        new(AlertOplog, Sensitivity.Plain, _ => $"{Defaults.AlertOplogHours}"),
        new(AlertDegraded, Sensitivity.Plain, _ => $"{Defaults.AlertDegradedHours}"),
        new(LogFile, Sensitivity.Plain, None),
        new(OtlpEndpoint, Sensitivity.Address, None),
        new(OtlpHeaders, Sensitivity.Secret, None),
        new(OtlpProtocol, Sensitivity.Plain, _ => "grpc"),
        new(Listen, Sensitivity.Plain, _ => Defaults.Listen),
        new(SettingNames.ApiKey, Sensitivity.Secret, None),
        new(ApiKeyFile, Sensitivity.Plain, None),
        new(Journal, Sensitivity.Plain, Defaults.JournalFile),
    ];

    /// <summary>The setting of this name, or null.</summary>
    public static KnownSetting? Find(string name) => All.FirstOrDefault(s => s.Name == name);

    private static string? None(SettingsSource source) => null;
}
