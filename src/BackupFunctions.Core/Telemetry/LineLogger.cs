using Microsoft.Extensions.Logging;

namespace BackupFunctions.Telemetry;

/// <summary>One event as a formatter gets it.</summary>
internal readonly record struct LogEvent(LogLevel Level, string Message, Exception? Exception, IReadOnlyList<KeyValuePair<string, object?>> Properties);

/// <summary>Hands each event to its provider, which filters nothing: levels are set on the logger factory.</summary>
internal sealed class LineLogger(Action<LogEvent> write, Func<IExternalScopeProvider?> scopes) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => scopes()?.Push(state);

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        var properties = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
        write(new(logLevel, formatter(state, exception), exception, properties));
    }
}
