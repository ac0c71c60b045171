using System.Globalization;
using BackupFunctions.Manifest;

namespace BackupFunctions.Retention;

/// <summary>
/// The rules that count, as restic's forget has them: a period counts when it has a full backup, of which the newest is kept; while a rule has periods left, it keeps the
/// oldest backup too, so that history grows from the first day on.
/// </summary>
internal static class KeepRules
{
    /// <summary>The full backups that rules keep, each with the rule and the period.</summary>
    /// <param name="policy">The rules.</param>
    /// <param name="newestFirst">Full backups by the time of their start.</param>
    public static IEnumerable<(BackupEntry Full, string Reason)> Apply(RetentionPolicy policy, IReadOnlyList<BackupEntry> newestFirst) =>
    [
        .. newestFirst.Take(policy.Last).Select(b => (b, Last)),
        .. Periods(newestFirst, policy.Daily, "daily", day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        .. Periods(newestFirst, policy.Weekly, "weekly", day => string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(day):D4}-W{ISOWeek.GetWeekOfYear(day):D2}")),
        .. Periods(newestFirst, policy.Monthly, "monthly", day => day.ToString("yyyy-MM", CultureInfo.InvariantCulture)),
        .. Periods(newestFirst, policy.Yearly, "yearly", day => day.ToString("yyyy", CultureInfo.InvariantCulture)),
    ];

    /// <summary>The reason of the rule that counts backups.</summary>
    public const string Last = "last";

    private static IEnumerable<(BackupEntry, string)> Periods(IReadOnlyList<BackupEntry> newestFirst, int count, string rule, Func<DateTime, string> name)
    {
        string? counted = null;
        foreach (var backup in newestFirst)
        {
            if (count <= 0) yield break;
            var period = name(backup.Started.UtcDateTime);
            if (period != counted) yield return (backup, $"{rule} {period}");
            else if (backup == newestFirst[^1]) yield return (backup, $"{rule}, the oldest");
            if (period == counted) continue;
            counted = period;
            count--;
        }
    }
}
