namespace BackupFunctions.Retention;

/// <summary>
/// Which backups stay, rules that are ORed: every point of so many days, and of full backups the last ones and the newest of the last so many days, ISO weeks, months and years (UTC) that
/// have one. 0: the rule is not set.
/// </summary>
public sealed record RetentionPolicy(int Days, int Last = 0, int Daily = 0, int Weekly = 0, int Monthly = 0, int Yearly = 0)
{
    /// <summary>Whether no rule is set, so that nothing would be kept: never meant.</summary>
    public bool IsEmpty => this is { Days: <= 0, Last: <= 0, Daily: <= 0, Weekly: <= 0, Monthly: <= 0, Yearly: <= 0 };
}
