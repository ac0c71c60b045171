using BackupFunctions.Monitoring;
using BackupFunctions.Scheduling;

namespace BackupFunctions.Configuration;

/// <summary>Reads when backups count as not succeeding.</summary>
internal static class WatchReader
{
    private const int Year = 8760;

    public static WatchSettings Read(OptionsReader reader) => new()
    {
        Full = Schedule(reader, SettingNames.FullSchedule, Defaults.FullSchedule),
        Incremental = Schedule(reader, SettingNames.IncrementalSchedule, Defaults.IncrementalSchedule),
        NoSuccess = reader.Get(SettingNames.AlertNoSuccess) is null ? null : Hours(reader, SettingNames.AlertNoSuccess, 1, 26),
        Oplog = Hours(reader, SettingNames.AlertOplog, 0, Defaults.AlertOplogHours),
        Degraded = Hours(reader, SettingNames.AlertDegraded, 0, Defaults.AlertDegradedHours),
    };

    // what is wrong with it is told by the host that runs by it
    private static Schedule? Schedule(OptionsReader reader, string name, string fallback) =>
        reader.Source.IsEmpty(name) ? null : Scheduling.Schedule.TryParse(reader.Get(name) ?? fallback);

    private static TimeSpan Hours(OptionsReader reader, string name, int least, int fallback) => TimeSpan.FromHours(reader.Integer(name, least, Year, fallback, $"{fallback}"));
}
