using BackupFunctions.Notifications;

namespace BackupFunctions.Monitoring;

/// <summary>
/// Something that is not as it should be: an event of <see cref="AlertEvents"/>, what it is about, how bad it is, in words, and what to do. Health is red while there is one of level error; warnings
/// and what is good to know leave it green.
/// </summary>
public sealed record Condition(string Event, string? Subject, AlertLevel Level, string Message, string Hint)
{
    /// <summary>As an alert.</summary>
    public Alert ToAlert(DateTimeOffset at) => new(Level, Event, Message, at, new Dictionary<string, string> { ["hint"] = Hint }) { Subject = Subject };
}

/// <summary>A cause that certainly does not hold, if nothing was seen of it after this moment.</summary>
public sealed record Cleared(string Cause, DateTimeOffset AsOf);
