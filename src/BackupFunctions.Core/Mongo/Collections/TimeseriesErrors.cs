namespace BackupFunctions.Mongo;

/// <summary>What cannot be done with a time series.</summary>
internal static class TimeseriesErrors
{
    /// <summary>
    /// Servers from 8.3 on may keep a time series in one collection, whose buckets they show only to those who send <c>rawData</c>. Nothing here does.
    /// </summary>
    public static BackupException WithoutBuckets(string what, Namespace ns) => new(ErrorKind.Configuration,
        $"{what} {ns}: this server keeps the time series without {ns.Buckets.Collection} (MongoDB 8.3 and later), which is not supported",
        $"leave it out: BACKUP_EXCLUDE={ns} for a backup, --ns-exclude {ns} for a restore");
}
