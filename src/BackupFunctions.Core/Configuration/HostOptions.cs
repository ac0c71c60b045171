namespace BackupFunctions.Configuration;

/// <summary>The settings of the Standalone host, beside those of the engine. Holds a secret: its text form shows none.</summary>
public sealed record HostOptions
{
    /// <summary>BACKUP_LISTEN: address and port, <c>http://</c>; without a key only a loopback address. Default: <c>http://127.0.0.1:7071</c>.</summary>
    public required Uri Listen { get; init; }

    /// <summary>BACKUP_API_KEY or the content of BACKUP_API_KEY_FILE. Default: null, none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>BACKUP_JOURNAL: the file of the journal, absolute. Default: beside the staging directory.</summary>
    public required string Journal { get; init; }

    /// <summary>FULL_BACKUP_SCHEDULE: cron in UTC, five or six fields; null is off. Default: <c>0 2 * * 0</c>.</summary>
    public string? FullSchedule { get; init; }

    /// <summary>INCREMENTAL_BACKUP_SCHEDULE. Default: <c>0 2 * * *</c>.</summary>
    public string? IncrementalSchedule { get; init; }

    /// <summary>RESUME_SCHEDULE, of ResumeUploads. Default: every 15 minutes.</summary>
    public string? ResumeSchedule { get; init; }

    /// <summary>RETENTION_SCHEDULE. Default: <c>30 2 * * *</c>.</summary>
    public string? RetentionSchedule { get; init; }

    /// <summary>SCRUB_SCHEDULE. Default: <c>0 4 * * 6</c>.</summary>
    public string? ScrubSchedule { get; init; }

    /// <summary>DRILL_SCHEDULE, of restore drills. Default: <c>0 5 1 * *</c>.</summary>
    public string? DrillSchedule { get; init; }

    /// <summary>WATCH_SCHEDULE: when it is looked whether backups succeed. Default: every 5 minutes.</summary>
    public string? WatchSchedule { get; init; }

    /// <summary>Reads and checks them; fails with one <see cref="ErrorKind.Configuration"/> error that lists every problem.</summary>
    /// <param name="source">The settings as they were given.</param>
    /// <param name="isSchedule">Whether a text is a schedule.</param>
    public static HostOptions Load(SettingsSource source, Func<string, bool> isSchedule)
    {
        var (options, problems) = Check(source, isSchedule);
        return problems.Count == 0 ? options : throw SettingProblem.ToException(problems);
    }

    /// <summary>As <see cref="Load"/>, giving the problems; the options are whole only when there are none.</summary>
    public static (HostOptions Options, IReadOnlyList<SettingProblem> Problems) Check(SettingsSource source, Func<string, bool> isSchedule)
    {
        var reader = new OptionsReader(source);
        var key = ApiKeySetting.Read(reader);
        var options = new HostOptions
        {
            Listen = Address(reader, key is not null),
            ApiKey = key,
            Journal = reader.Get(SettingNames.Journal) is { } path ? source.FullPath(path) : Defaults.JournalFile(source),
            FullSchedule = Schedule(reader, SettingNames.FullSchedule, Defaults.FullSchedule, isSchedule),
            IncrementalSchedule = Schedule(reader, SettingNames.IncrementalSchedule, Defaults.IncrementalSchedule, isSchedule),
            ResumeSchedule = Schedule(reader, SettingNames.ResumeSchedule, Defaults.ResumeSchedule, isSchedule),
            RetentionSchedule = Schedule(reader, SettingNames.RetentionSchedule, Defaults.RetentionSchedule, isSchedule),
            ScrubSchedule = Schedule(reader, SettingNames.ScrubSchedule, Defaults.ScrubSchedule, isSchedule),
            DrillSchedule = Schedule(reader, SettingNames.DrillSchedule, Defaults.DrillSchedule, isSchedule),
            WatchSchedule = Schedule(reader, SettingNames.WatchSchedule, Defaults.WatchSchedule, isSchedule),
        };
        return (options, reader.Problems);
    }

    /// <inheritdoc/>
    public override string ToString() => nameof(HostOptions);

    private static Uri Address(OptionsReader reader, bool hasKey)
    {
        var text = reader.Get(SettingNames.Listen) ?? Defaults.Listen;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttp || address.PathAndQuery != "/")
        {
            reader.Problem(SettingNames.Listen, "is not an address such as http://127.0.0.1:7071; TLS is for a proxy in front", Defaults.Listen);
            return new(Defaults.Listen);
        }
        if (!hasKey && !address.IsLoopback) reader.Problem(SettingNames.Listen, $"is reachable from other machines, and there is no key: set {SettingNames.ApiKey} or {SettingNames.ApiKeyFile}", Defaults.Listen);
        return address;
    }

    private static string? Schedule(OptionsReader reader, string name, string fallback, Func<string, bool> isSchedule)
    {
        if (reader.Source.IsEmpty(name)) return null;
        var text = reader.Get(name) ?? fallback;
        if (!isSchedule(text)) reader.Problem(name, "is no cron expression of five or six fields", fallback);
        return text;
    }
}
