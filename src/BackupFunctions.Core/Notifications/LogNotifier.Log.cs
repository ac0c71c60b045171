using Microsoft.Extensions.Logging;

namespace BackupFunctions.Notifications;

public sealed partial class LogNotifier
{
    [LoggerMessage(EventId = 1, Message = "{Type}: {Text}{Details}")]
    private partial void LogAlert(LogLevel level, string type, string text, string details);
}
