using System.Diagnostics;
using System.Text.Json;
using BackupFunctions.Configuration;
using BackupFunctions.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.Tests.Telemetry;

public sealed partial class JsonLineLoggerTests : IDisposable
{
    private readonly StringWriter _written = new();
    private readonly SecretRedactor _redactor = new();
    private readonly JsonLineLoggerProvider _provider;
    private readonly ILogger _logger;

    public JsonLineLoggerTests()
    {
        _provider = new(_written, new FakeTimeProvider(new DateTimeOffset(2026, 7, 1, 2, 0, 0, 42, TimeSpan.Zero)), _redactor, "backupfn");
        _logger = _provider.CreateLogger("any");
    }

    public void Dispose()
    {
        _provider.Dispose();
        _written.Dispose();
    }

    [Fact]
    public void A_line_has_the_agreed_fields_in_the_agreed_order()
    {
        Uploaded(_logger, "upload", "succeeded", TimeSpan.FromSeconds(1.23456), 4096, "bafyroot", "b1", "i1", "IPFS_NODE_1_URL");
        _written.ToString().ShouldBe(
            """{"timestamp":"2026-07-01T02:00:00.042Z","level":"INFO","service":"backupfn","type":"upload","status":"succeeded","duration":1.235,"size":4096,"cid":"bafyroot","message":"upload succeeded in 00:00:01.2345600, 4096 bytes of bafyroot for b1 by i1 on IPFS_NODE_1_URL","backupId":"b1","instanceId":"i1"}""" + Environment.NewLine);
    }

    [Fact]
    public void Fields_without_a_value_are_left_out()
    {
        _logger.LogWarning("hello {Other}", "world");
        Line().EnumerateObject().Select(p => p.Name).ShouldBe(["timestamp", "level", "service", "message"]);
        Line().GetProperty("message").GetString().ShouldBe("hello world");
    }

    [Theory]
    [InlineData(LogLevel.Trace, "DEBUG")]
    [InlineData(LogLevel.Debug, "DEBUG")]
    [InlineData(LogLevel.Information, "INFO")]
    [InlineData(LogLevel.Warning, "WARN")]
    [InlineData(LogLevel.Error, "ERROR")]
    [InlineData(LogLevel.Critical, "ERROR")]
    public void Levels_have_four_names(LogLevel level, string expected)
    {
        _logger.Log(level, "x");
        Line().GetProperty("level").GetString().ShouldBe(expected);
    }

    [Fact]
    public void An_event_is_one_line_whatever_it_holds()
    {
        _logger.LogError(new BackupException(ErrorKind.Failed, "first\nsecond"), "a\r\n\"b\"");
        _written.ToString().TrimEnd().ShouldNotContain('\n');
        Line().GetProperty("message").GetString().ShouldBe("a\r\n\"b\"");
        Line().GetProperty("error").GetString()!.ShouldContain("first\nsecond");
    }

    [Fact]
    public void Secrets_leave_in_no_field()
    {
        _redactor.Add("s3cr3t\"key");
        _logger.LogError(new InvalidOperationException("bad s3cr3t\"key"), "message s3cr3t\"key {Status} mongodb://u:pw@h", "s3cr3t\"key");
        var text = _written.ToString();
        text.ShouldNotContain("s3cr3t");
        text.ShouldNotContain("pw@");
        Line().GetProperty("status").GetString().ShouldBe("****");
    }

    [Fact]
    public void Scopes_and_the_current_trace_are_on_every_line()
    {
        _provider.SetScopeProvider(new LoggerExternalScopeProvider());
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        using (_logger.BeginScope(new Dictionary<string, object?> { ["BackupId"] = "b7", ["InstanceId"] = "i7" })) _logger.LogInformation("in scope");
        Line().GetProperty("backupId").GetString().ShouldBe("b7");
        Line().GetProperty("instanceId").GetString().ShouldBe("i7");
        Line().GetProperty("traceId").GetString().ShouldBe(activity.TraceId.ToHexString());
    }

    private JsonElement Line() => JsonElement.Parse(_written.ToString());

    [LoggerMessage(Level = LogLevel.Information, Message = "{Type} {Status} in {Duration}, {Size} bytes of {Cid} for {BackupId} by {InstanceId} on {Node}")]
    private static partial void Uploaded(ILogger logger, string type, string status, TimeSpan duration, long size, string cid, string backupId, string instanceId, string node);
}
