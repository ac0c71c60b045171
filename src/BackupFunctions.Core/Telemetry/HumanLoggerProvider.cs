using System.Globalization;
using BackupFunctions.Configuration;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Telemetry;

/// <summary>
/// Logs for a person at a terminal: <c>12:00:01Z warn  message: cause</c>, UTC, without stack traces. Every text goes through the redactor. The
/// writer is not disposed.
/// </summary>
[ProviderAlias("Human")]
public sealed class HumanLoggerProvider(TextWriter writer, TimeProvider time, SecretRedactor redactor) : ILoggerProvider
{
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new LineLogger(Write, () => null);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Write(LogEvent e)
    {
        var at = time.GetUtcNow().ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var level = e.Level switch
        {
            LogLevel.Trace or LogLevel.Debug => "debug",
            LogLevel.Information => "info ",
            LogLevel.Warning => "warn ",
            _ => "error",
        };
        var line = redactor.Redact($"{at} {level} {ErrorText.Join(e.Message, e.Exception)}");
        lock (_gate)
        {
            writer.WriteLine(line);
            writer.Flush();
        }
    }
}
