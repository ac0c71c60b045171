using System.Text.Json;
using BackupFunctions.Api.Messages;
using BackupFunctions.Api.Problems;
using BackupFunctions.Api.Routes;
using BackupFunctions.Backup;
using BackupFunctions.Configuration;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using BackupFunctions.Serialization;
using BackupFunctions.Telemetry;
using BackupFunctions.Workflows;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Restores;

/// <summary>Plans and starts restores.</summary>
public sealed class RestoreHandlers(ApiParts parts)
{
    /// <summary><c>POST restores</c> with a <see cref="RestoreBody"/>: 202; for a dry run 200 with the plan; 409 while a restore runs, or when what is to be dropped is not confirmed.</summary>
    public Task<IResult> Create(HttpContext http) => ProblemResults.Guard(parts.Redactor, http, async () =>
    {
        var body = await RequestBody.Read<RestoreBody>(http.Request, http.RequestAborted);
        parts.Redactor.AddUri(body.Target);
        if (MongoUriForm.Check("target", body.Target) is { } problem) return ProblemResults.BadRequest($"read the body: {problem.Setting} {problem.Fault}", problem.Example);
        if (body.NsFrom.Count != body.NsTo.Count) return ProblemResults.BadRequest("read the body: nsFrom and nsTo are not of the same length");

        var (restore, plan, warnings) = await Plan(body, http.RequestAborted);
        if (body.Drop) restore = restore with { MayDrop = await InTheWay(body, restore, plan, http.RequestAborted) };
        if (body.DryRun) return Results.Json(Planned(body, restore, plan, warnings), ApiJson.Options);
        if (restore.MayDrop is { } dropped && Unconfirmed(body, dropped) is { } refused) return ProblemResults.Of(refused);
        var target = await RestoreTarget.Seal(body.Target, parts.Engine.Keys, parts.Random, http.RequestAborted);
        var input = new TargetedRestore(new(restore, parts.Engine.Options.Parallelism) { Target = target.Shown }, target) { Warnings = warnings };
        return await parts.Start(http, RestoreWorkflow.Name, JsonSerializer.SerializeToElement(input, EngineJson.Options), http.RequestAborted);
    });

    private async Task<(RestoreRequest, RestorePlan, IReadOnlyList<string> Warnings)> Plan(RestoreBody body, CancellationToken cancellationToken)
    {
        NamespaceRenames.Parse([.. body.NsFrom], [.. body.NsTo]);
        var at = body.At is { } text ? RestorePoint.Parse(text, "at") : null;
        var chosen = await parts.Engine.Choose(new(body.Backup ?? "latest", at, []), cancellationToken);
        var restore = new RestoreRequest(chosen.Root, body.NsInclude, body.NsExclude, body.Drop, body.Force)
        {
            Slices = chosen.Slices,
            Through = chosen.Through,
            Renames = [.. body.NsFrom.Zip(body.NsTo, (from, to) => new NamespaceRename(from, to))],
            UsersAndRoles = body.UsersAndRoles,
        };
        using var backup = await parts.Engine.Open(restore.Root, cancellationToken);
        return (restore, RestorePlan.Of(backup.Index, restore), chosen.Warnings);
    }

    private static RestorePlanned Planned(RestoreBody body, RestoreRequest restore, RestorePlan plan, IReadOnlyList<string> warnings) => new(
        restore.Root.ToString(), [.. restore.Slices.Select(s => s.ToString())], restore.Through?.ToString(), Masking.MaskUri(body.Target), plan.Replays,
        [.. plan.Everything.Select(c => new PlannedNamespace(c.Namespace.ToString(), Human.Word(c.Type), c.Documents, c.Bytes, c.Indexes.Count))],
        [.. (restore.MayDrop ?? []).Select(n => n.ToString())], [.. warnings, .. plan.Warnings]);

    // which collections the oplog creates is known when it was read: all that are on the target and that it could are to be confirmed
    private async Task<IReadOnlyList<Namespace>> InTheWay(RestoreBody body, RestoreRequest restore, RestorePlan plan, CancellationToken cancellationToken)
    {
        if (!plan.Replays) return plan.InTheWay(restore, []);
        using var target = BackupEngine.Endpoint(body.Target, "target", parts.Time);
        return plan.InTheWay(restore, await CollectionLister.Names(await target.Connect(cancellationToken), cancellationToken));
    }

    // whole names, not patterns: what is dropped is gone
    private static Problem? Unconfirmed(RestoreBody body, IReadOnlyList<Namespace> dropped)
    {
        var names = dropped.Select(n => n.ToString()).ToHashSet(StringComparer.Ordinal);
        if (names.SetEquals(body.ConfirmDrop)) return null;
        return ProblemResults.Make("drop_not_confirmed", "what would be dropped is not confirmed", StatusCodes.Status409Conflict, $"restore with drop: confirmDrop does not name exactly the {names.Count} namespaces that may be dropped on the target") with { Hint = "send these namespaces as confirmDrop", Namespaces = [.. names.Order(StringComparer.Ordinal)] };
    }
}
