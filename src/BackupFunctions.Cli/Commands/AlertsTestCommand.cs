using System.CommandLine;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>alerts test</c>.</summary>
internal sealed class AlertsTestCommand(IEngineCommands engine) : CliCommand("test", "Send a test message by every channel that is set")
{
    private static readonly Column[] Columns = ["CHANNEL", "TO", "RESULT"];

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var result = await session.Run(OptionsScope.General, run => engine.TestAlerts(run, cancellationToken));
        if (result.Channels.Count == 0)
            throw new BackupException(ErrorKind.Configuration, "send a test alert: no channel is set", $"set {SettingNames.WebhookUrl}, or {SettingNames.SmtpHost}, {SettingNames.SmtpFrom} and {SettingNames.SmtpTo}");
        session.Terminal.Result("alerts_test_result", result, () => TextTable.Render(Columns, result.Channels.SelectMany(Rows)));
        var failed = result.Channels.Count(c => c.Fault is not null);
        return failed == 0 ? ExitCodes.Ok
            : session.Terminal.Error(Human.Word(ErrorKind.Failed), $"send a test alert: {failed} of {result.Channels.Count} channels did not take it", null, ExitCodes.Of(ErrorKind.Failed));
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(TestedReceiver receiver)
    {
        yield return [receiver.Channel, receiver.Target, receiver.Fault ?? "sent"];
        if (receiver.Hint is not null) yield return ["", "", $"hint: {receiver.Hint}"];
    }
}
