using Microsoft.Extensions.Logging;

namespace BackupFunctions.Notifications;

public sealed partial class CompositeNotifier
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "deliver alert {Type} by {Receiver}: failed")]
    private partial void LogUndelivered(string type, string receiver, Exception error);
}
