using System.CommandLine;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Cli.Output;
using BackupFunctions.Configuration;

namespace BackupFunctions.Cli.Commands;

/// <summary><c>keys list</c>.</summary>
internal sealed class KeysListCommand(IEngineCommands engine) : CliCommand("list", "Show the key slots, and which of them the key that is set opens")
{
    private static readonly Column[] Columns = ["SLOT", "KIND", "EPOCHS", "OPENED BY"];

    public override async Task<int> Execute(ParseResult parse, CliSession session, CancellationToken cancellationToken)
    {
        var result = await session.Run(OptionsScope.List, run => engine.ListKeys(run, cancellationToken));
        session.Terminal.Result("keys", result, () => Text(result));
        if (result.Epochs.Count > 1) session.Terminal.Warning("sealing everything again under a new key was begun and is not ended: `backupfn keys rotate --re-encrypt` goes on with it");
        if (result.Slots.All(s => s is { OpenedByKey: false, OpenedByNewKey: false })) session.Terminal.Warning("the key that is set opens none of them");
        return ExitCodes.Ok;
    }

    private static string Text(KeyListResult result) => TextTable.Render(Columns, result.Slots.Select(s => (IReadOnlyList<string>)
        [s.Id, s.Kind == "raw" ? "key" : $"passphrase ({s.Kind})", string.Join(", ", s.Epochs), Opener(s)]));

    private static string Opener(KeySlotSummary slot) => (slot.OpenedByKey, slot.OpenedByNewKey) switch
    {
        (true, true) => "the key and the new key",
        (true, _) => "the key",
        (_, true) => "the new key",
        _ => "another",
    };
}
