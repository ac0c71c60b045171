using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using BackupFunctions.Configuration;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Telemetry;

/// <summary>
/// Logs one JSON object per line: <c>timestamp</c> (ISO 8601, UTC, milliseconds), <c>level</c> (DEBUG, INFO, WARN, ERROR), <c>service</c>, <c>type</c>, <c>status</c>,
/// <c>duration</c> (seconds), <c>size</c> (bytes), <c>cid</c>, <c>message</c>, <c>backupId</c>, <c>instanceId</c>, <c>traceId</c>, <c>error</c>; fields without a value are left out. Values come from
/// template and scope properties of these names. Every text goes through the redactor. The writer is not disposed; lines are whole and flushed.
/// </summary>
[ProviderAlias("JsonLine")]
public sealed class JsonLineLoggerProvider(TextWriter writer, TimeProvider time, SecretRedactor redactor, string service) : ILoggerProvider, ISupportExternalScope
{
    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Lock _gate = new();
    private IExternalScopeProvider? _scopes;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new LineLogger(Write, () => _scopes);

    /// <inheritdoc/>
    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Write(LogEvent e)
    {
        var fields = new LogFields();
        _scopes?.ForEachScope(static (scope, into) =>
        {
            if (scope is IEnumerable<KeyValuePair<string, object?>> properties) into.Take(properties);
        }, fields);
        fields.Take(e.Properties);

        var line = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(line, Format))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", LevelName(e.Level));
            json.WriteString("service", service);
            Text(json, "type", fields.Type);
            Text(json, "status", fields.Status);
            if (fields.Duration is { } duration) json.WriteNumber("duration", duration);
            if (fields.Size is { } size) json.WriteNumber("size", size);
            Text(json, "cid", fields.Cid);
            Text(json, "message", e.Message);
            Text(json, "backupId", fields.BackupId);
            Text(json, "instanceId", fields.InstanceId);
            Text(json, "traceId", Activity.Current is { TraceId: var id } && id != default ? id.ToHexString() : null);
            Text(json, "error", e.Exception?.ToString());
            json.WriteEndObject();
        }
        lock (_gate)
        {
            writer.WriteLine(Encoding.UTF8.GetString(line.WrittenSpan));
            writer.Flush();
        }
    }

    private void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value)) json.WriteString(name, redactor.Redact(value));
    }

    private static string LevelName(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO",
        LogLevel.Warning => "WARN",
        _ => "ERROR",
    };
}
