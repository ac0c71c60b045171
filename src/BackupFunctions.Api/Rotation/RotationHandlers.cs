using BackupFunctions.Api.Hosting;
using BackupFunctions.Api.Messages;
using BackupFunctions.Api.Problems;
using BackupFunctions.Api.Routes;
using BackupFunctions.Encryption;
using BackupFunctions.Workflows;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Rotation;

/// <summary>Starts rotations of keys. The new key is a setting of the host: no request and no journal ever holds one.</summary>
public sealed class RotationHandlers(ApiParts parts)
{
    /// <summary>
    /// <c>POST keys/rotations</c> with a <see cref="RotationRequest"/>: 202; 400 when the host has no new key, 404 before the first backup, 409 while a rotation runs, or when sealing everything again, which unpins what is
    /// there, is not confirmed by the epoch that ends: so a request that is sent twice does not seal twice.
    /// </summary>
    public Task<IResult> Create(HttpContext http) => ProblemResults.Guard(parts.Redactor, http, async () =>
    {
        var body = await RequestBody.Read<RotationRequest>(http.Request, http.RequestAborted);
        if (body.SlotId is { } id && !KeySlotContext.IsValidId(id)) return ProblemResults.BadRequest($"read the body: slotId is not 1 to {KeySlotContext.MaxIdLength} letters, digits, dashes, dots or underscores");
        var epochs = (await parts.Engine.Slots.Read(http.RequestAborted)).Epochs;
        // one that was begun has its new key in the keyring already
        var goesOn = body.ReEncrypt && epochs.Count > 1;
        if (parts.Engine.Options.NewKey is null && !goesOn) return ProblemResults.Of(NoNewKey());
        if (body.ReEncrypt && body.ConfirmEpoch != epochs[0]) return ProblemResults.Of(Unconfirmed(epochs[0]));
        return await parts.Start(http, RotateKeysWorkflow.Name, WorkflowInputs.Rotation(body.ReEncrypt, body.SlotId), http.RequestAborted);
    });

    private static Problem NoNewKey() => ProblemResults.Make("new_key_not_set", "this host has no new key", StatusCodes.Status400BadRequest, "rotate keys: no new key is set") with
    {
        Hint = "set BACKUP_NEW_ENCRYPTION_KEY_FILE, or another form of it, for the host and start it again: a key is never sent in a request",
    };

    private static Problem Unconfirmed(uint epoch) => ProblemResults.Make("re_encryption_not_confirmed", "what would be unpinned is not confirmed", StatusCodes.Status409Conflict,
        $"seal everything again: confirmEpoch is not {epoch}, the epoch whose backups and manifests are unpinned on every node when that is done") with
    { Hint = "send this epoch as confirmEpoch", Epoch = epoch };
}
