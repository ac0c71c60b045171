using System.Globalization;
using BackupFunctions.Restore;

namespace BackupFunctions.Workflows;

/// <summary>
/// A restore: plan, prepare the target, load (fan-out), build indexes after the data, views last, then read everything back and compare.
/// </summary>
public static class RestoreWorkflow
{
    /// <summary>The name under which hosts start it.</summary>
    public const string Name = "Restore";

    /// <summary>Runs it; deterministic.</summary>
    public static async Task<RestoreResult> Run(IWorkflowContext context, RestoreInput input)
    {
        if (input.Version != RestoreInput.CurrentVersion)
            throw new ActivityFailedException(Name, ErrorKind.Failed, $"start the workflow: version {input.Version} is unknown, this host runs {RestoreInput.CurrentVersion}", "start it again");
        var request = input.Request;
        context.SetStatus(new("plan", 0, 0, 0));
        var plan = await context.Call(RestoreActivities.Plan, "plan", request);
        await context.Call(RestoreActivities.Prepare, "prepare", request);

        long loaded = 0, documents = 0, replaced = 0;
        context.SetStatus(new("load", 0, plan.Bytes, 0));
        await FanOut.Run([.. Enumerable.Range(0, plan.Units)], input.Width, unit => context.Call(RestoreActivities.Load, Key("load", unit), new RestoreStep(request, unit)), done =>
        {
            (loaded, documents, replaced) = (loaded + done.Bytes, documents + done.Documents, replaced + done.EmptyTimestampsReplaced);
            context.SetStatus(new("load", loaded, plan.Bytes, loaded));
        });

        var collections = Enumerable.Range(0, plan.Collections).ToList();
        var (built, compared) = (0, 0);
        var indexes = await FanOut.Run(collections, input.Width, at => context.Call(RestoreActivities.BuildIndexes, Key("indexes", at), new RestoreStep(request, at)),
            _ => context.SetStatus(new("indexes", ++built, plan.Collections, loaded)));
        await context.Call(RestoreActivities.CreateViews, "views", request);

        var everything = Enumerable.Range(0, plan.Collections + plan.Views).ToList();
        var comparisons = await FanOut.Run(everything, input.Width, at => context.Call(RestoreActivities.Compare, Key("compare", at), new RestoreStep(request, at)),
            _ => context.SetStatus(new("compare", ++compared, everything.Count, loaded)));
        var warnings = plan.Warnings.Concat(indexes.SelectMany(i => i.Warnings)).ToList();
        if (replaced > 0) warnings.Add($"{replaced} documents hold an empty timestamp, which this version of the server replaces by its clock");
        return new(plan.Backup, plan.Collections, plan.Views, indexes.Sum(i => i.Built), documents, loaded, [.. comparisons.Select(c => c.Difference).OfType<NamespaceDifference>()], warnings);
    }

    private static string Key(string step, int number) => string.Create(CultureInfo.InvariantCulture, $"{step}/{number}");
}
