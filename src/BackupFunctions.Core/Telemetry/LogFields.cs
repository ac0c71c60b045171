using System.Globalization;

namespace BackupFunctions.Telemetry;

/// <summary>
/// The fields of a log line that come from the properties of a message template or of a scope: <c>{Type}</c>, <c>{Status}</c>, <c>{Duration}</c> (a
/// <see cref="TimeSpan"/>, or a number of seconds), <c>{Size}</c> (bytes), <c>{Cid}</c>, <c>{BackupId}</c>, <c>{InstanceId}</c>. Other properties stay in the message.
/// </summary>
internal sealed class LogFields
{
    public string? Type { get; private set; }

    public string? Status { get; private set; }

    /// <summary>Seconds, to the millisecond.</summary>
    public double? Duration { get; private set; }

    /// <summary>Bytes.</summary>
    public long? Size { get; private set; }

    public string? Cid { get; private set; }

    public string? BackupId { get; private set; }

    public string? InstanceId { get; private set; }

    public void Take(IEnumerable<KeyValuePair<string, object?>> properties)
    {
        foreach (var (name, value) in properties)
        {
            if (value is null) continue;
            switch (name)
            {
                case "Type": Type = Text(value); break;
                case "Status": Status = Text(value); break;
                case "Duration": Duration = Seconds(value); break;
                case "Size": Size = Bytes(value); break;
                case "Cid": Cid = Text(value); break;
                case "BackupId": BackupId = Text(value); break;
                case "InstanceId": InstanceId = Text(value); break;
            }
        }
    }

    private static string? Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture);

    private static double? Seconds(object value) => value switch
    {
        TimeSpan span => Math.Round(span.TotalSeconds, 3),
        double or float or decimal or int or long => Math.Round(Convert.ToDouble(value, CultureInfo.InvariantCulture), 3) is var seconds && double.IsFinite(seconds) ? seconds : null,
        _ => null,
    };

    private static long? Bytes(object value) => value switch
    {
        long size => size,
        int size => size,
        uint size => size,
        ulong size when size <= long.MaxValue => (long)size,
        _ => null,
    };
}
