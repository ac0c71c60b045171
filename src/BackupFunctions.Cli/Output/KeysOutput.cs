using System.CommandLine;
using System.Globalization;
using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Encryption;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Cli.Output;

/// <summary>How changes of keys are printed, and what they do not do.</summary>
internal static class KeysOutput
{
    /// <summary>After a change of slots.</summary>
    public const string NotRevoked = "this does not help against a key that has leaked: with it and an older copy of the keyring, which every older backup carries, everything up to now "
        + "can still be opened; `backupfn keys rotate --re-encrypt` seals everything again. Keep a copy of the keyring (`backupfn keys export`) beside the new key: older backups open with it when there is no catalogue";

    /// <summary>After everything was sealed again.</summary>
    public const string CompleteAfterCollection = "it is complete when every node has collected its garbage (`ipfs repo gc`; vaults have done so): until then a node still holds what the old key opens. Copies that were taken before, of a "
        + "node, a CAR file or a disk, cannot be revoked";

    /// <summary><c>--id</c>.</summary>
    public static Option<string?> IdOption()
    {
        var option = new Option<string?>("--id") { Description = "Id of the new slot: letters, digits, dashes, dots, underscores (default: the next number)", HelpName = "ID" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } id && !KeySlotContext.IsValidId(id)) result.AddError($"'{id}' is no id of a slot: want 1 to 64 letters, digits, dashes, dots or underscores");
        });
        return option;
    }

    /// <summary>Prints what changed; gives the exit code.</summary>
    public static int Print(KeysChangedResult result, Terminal terminal)
    {
        terminal.Result("keys_changed", result, () => TextTable.Fields(Fields(result)));
        foreach (var warning in result.Warnings) terminal.Warning(warning);
        return ExitCodes.Ok;
    }

    private static IEnumerable<(string, string)> Fields(KeysChangedResult result)
    {
        yield return ("added", Ids(result.Added));
        yield return ("removed", Ids(result.Removed));
        yield return ("slots now", Ids(result.Slots));
        yield return ("epoch", result.Epoch.ToString(CultureInfo.InvariantCulture));
        yield return ("revision", result.Revision.ToString(CultureInfo.InvariantCulture));
        if (!result.ReEncrypted) yield break;
        yield return ("backups sealed again", Human.Count(result.Backups));
        yield return ("pins removed", Human.Count(result.Unpinned));
    }

    private static string Ids(IReadOnlyList<string> ids) => ids.Count == 0 ? "none" : string.Join(", ", ids);
}
