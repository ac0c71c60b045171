using System.Globalization;
using BackupFunctions.Notifications;
using BackupFunctions.Restore;

namespace BackupFunctions.Workflows;

/// <summary>
/// A restore: plan, prepare the target, load (fan-out), replay the oplog, build indexes after the data, views, users and roles if asked for. What
/// needed no replay is read back and compared. How it ended is told where <see cref="RestoreInput.Target"/> is given.
/// </summary>
public static class RestoreWorkflow
{
    /// <summary>The name under which hosts start it.</summary>
    public const string Name = "Restore";

    /// <summary>Runs it; deterministic.</summary>
    public static async Task<RestoreResult> Run(IWorkflowContext context, RestoreInput input)
    {
        WorkflowVersion.Require(Name, input.Version, RestoreInput.CurrentVersion);
        if (input.Target is not { } target) return await Restore(context, input);
        var result = await Delivery.TellingFailure(context, "notify/failed", AlertLevel.Error, AlertEvents.RestoreFailed, () => Restore(context, input));
        return await Tell(context, target, result) is { } silent ? result with { Warnings = [.. result.Warnings, silent] } : result;
    }

    /// <summary>Runs in place of a restore whose target could not be opened: that is told, and it fails.</summary>
    public static Task<RestoreResult> Refuse(IWorkflowContext context, BackupException reason) =>
        Delivery.TellingFailure<RestoreResult>(context, "notify/failed", AlertLevel.Error, AlertEvents.RestoreFailed, () => throw new ActivityFailedException(Name, reason.Kind, reason.Message, reason.Hint, reason));

    private static async Task<RestoreResult> Restore(IWorkflowContext context, RestoreInput input)
    {
        context.SetStatus(new("plan", 0, 0, 0));
        var plan = await context.Call(RestoreActivities.Plan, "plan", new PlanRestoreInput(input.Request, context.UtcNow));
        var step = new RestoreStep(plan.Restore);
        await context.Call(RestoreActivities.Prepare, "prepare", step);

        long loaded = 0, documents = 0, replaced = 0;
        context.SetStatus(new("load", 0, plan.Bytes, 0));
        await FanOut.Run([.. Enumerable.Range(0, plan.Units)], input.Width, unit => context.Call(RestoreActivities.Load, Key("load", unit), step with { Number = unit }), done =>
        {
            (loaded, documents, replaced) = (loaded + done.Bytes, documents + done.Documents, replaced + done.EmptyTimestampsReplaced);
            context.SetStatus(new("load", loaded, plan.Bytes, loaded));
        });
        var replay = plan.Replays ? await Replay(context, step, loaded) : null;

        var (collections, views) = replay is null ? (plan.Collections, plan.Views) : (replay.Collections, replay.Views);
        var built = 0;
        var indexes = await FanOut.Run([.. Enumerable.Range(0, collections)], input.Width, at => context.Call(RestoreActivities.BuildIndexes, Key("indexes", at), step with { Number = at }),
            _ => context.SetStatus(new("indexes", ++built, collections, loaded)));
        await context.Call(RestoreActivities.CreateViews, "views", new ViewsInput(plan.Restore, collections, views));
        var accounts = input.Request.UsersAndRoles ? await context.Call(RestoreActivities.UsersAndRoles, "users", step) : null;

        // the hashes are those of the full backup: where operations came on top there is nothing to compare with
        var differences = replay is null or { Applied: 0, Resumed: false } ? await Compare(context, step, plan, input.Width, loaded) : null;
        await context.Call(RestoreActivities.Finish, "finish", step);
        List<string> warnings = [.. plan.Warnings, .. replay?.Warnings ?? [], .. indexes.SelectMany(i => i.Warnings), .. accounts?.Warnings ?? []];
        if (replaced > 0) warnings.Add($"{replaced} documents hold an empty timestamp, which this version of the server replaces by its clock");
        return new(plan.Backup, collections, views, indexes.Sum(i => i.Built), documents, loaded, replay, differences, warnings);
    }

    private static async Task<ReplayOutcome> Replay(IWorkflowContext context, RestoreStep step, long loaded)
    {
        for (var turn = 0; ; turn++)
        {
            context.SetStatus(new("replay", turn, 0, loaded));
            var result = await context.Call(RestoreActivities.Replay, Key("replay", turn), step);
            if (result.Ended) return result;
        }
    }

    private static async Task<IReadOnlyList<NamespaceDifference>> Compare(IWorkflowContext context, RestoreStep step, RestorePlanResult plan, int width, long loaded)
    {
        var (count, compared) = (plan.Collections + plan.Views, 0);
        var results = await FanOut.Run([.. Enumerable.Range(0, count)], width, at => context.Call(RestoreActivities.Compare, Key("compare", at), step with { Number = at }),
            _ => context.SetStatus(new("compare", ++compared, count, loaded)));
        return [.. results.Select(c => c.Difference).OfType<NamespaceDifference>()];
    }

    private static Task<string?> Tell(IWorkflowContext context, string target, RestoreResult result)
    {
        var (level, name, outcome) = result.Differences switch
        {
            null => (AlertLevel.Info, AlertEvents.RestoreCompleted, "oplog was replayed, and nothing compared"),
            [] => (AlertLevel.Info, AlertEvents.RestoreCompleted, "compared and equal"),
            [var first, ..] => (AlertLevel.Error, AlertEvents.RestoreFailed, string.Create(CultureInfo.InvariantCulture, $"{result.Differences.Count} namespaces differ from the backup: {first.Sentences[0]}")),
        };
        var message = string.Create(CultureInfo.InvariantCulture, $"restore of backup {result.Backup} to {target}: {result.Documents} documents restored, {outcome}");
        return Delivery.Notify(context, "notify", level, name, message, new() { ["backupId"] = $"{result.Backup}", ["target"] = target });
    }

    private static string Key(string step, int number) => string.Create(CultureInfo.InvariantCulture, $"{step}/{number}");
}
