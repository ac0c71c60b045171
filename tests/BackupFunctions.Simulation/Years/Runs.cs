using BackupFunctions.Simulation.Years.Hosts;
using BackupFunctions.Workflows;

namespace BackupFunctions.Simulation.Years;

/// <summary>The program's runs, as a host starts them.</summary>
internal sealed class Runs(World world)
{
    public async Task<Said> Full(HostProcess process, Func<Task> between)
    {
        var result = await FullBackupWorkflow.Run(process.Context(FullBackupWorkflow.Name, process.Engine.BackupActivities(), between, default), new(1) { CleansUp = world.Settings.RetainsAfterBackup });
        return new(result.Problems, result.Warnings);
    }

    public async Task<Said> Increment(HostProcess process, Func<Task> between)
    {
        var result = await IncrementalBackupWorkflow.Run(process.Context(IncrementalBackupWorkflow.Name, process.Engine.BackupActivities(), between, default),
            new(1, IncrementalBackupInput.DefaultMaxBytes, TimeSpan.Zero) { CleansUp = world.Settings.RetainsAfterBackup });
        return new(result.Full?.Problems ?? [], result.Warnings);
    }

    public static Task<ResumeUploadsResult> Resume(HostProcess process, Func<Task> between) =>
        ResumeUploadsWorkflow.Run(process.Context(ResumeUploadsWorkflow.Name, process.Engine.DeliveryActivities(), between, default), new());

    public static Task<RetentionResult> Retain(HostProcess process, Func<Task> between) =>
        RetentionWorkflow.Run(process.Context(RetentionWorkflow.Name, process.Engine.DeliveryActivities(), between, default), new());

    public static Task<ScrubResult> Scrub(HostProcess process, Func<Task> between, int slices) =>
        ScrubWorkflow.Run(process.Context(ScrubWorkflow.Name, process.Engine.ScrubActivities(), between, default), new(slices));

    public static Task<RotateKeysResult> Rotate(HostProcess process, Func<Task> between, bool reEncrypt) =>
        RotateKeysWorkflow.Run(process.Context(RotateKeysWorkflow.Name, process.Engine.RotationActivities(), between, default), new(reEncrypt));

    public static async Task<Said> Recover(HostProcess process, Func<Task> between)
    {
        var result = await process.Engine.Recover(new(), CancellationToken.None);
        return new(result.Unanswered, result.Warnings);
    }

    public async Task<Said> Protect(HostProcess process, Random random)
    {
        if (!await world.Observer.HasRepository() || (await world.Observer.Manifest()).Backups.ToList() is not { Count: > 0 } backups) return new([], []);
        // what is protected does not stay so for years
        var chosen = backups.FirstOrDefault(b => b.IsProtected && random.Next(2) == 0) ?? backups[random.Next(backups.Count)];
        return new((await process.Engine.Protect(chosen.Id.ToString(), !chosen.IsProtected, CancellationToken.None)).Problems, []);
    }

    public async Task<Said> Remove(HostProcess process, Random random)
    {
        if (!await world.Observer.HasRepository() || (await world.Observer.Manifest()).Backups.ToList() is not { Count: > 0 } backups) return new([], []);
        try
        {
            return new((await process.Engine.Remove(backups[random.Next(backups.Count)].Id.ToString(), force: false, CancellationToken.None)).Problems, []);
        }
        catch (BackupException e) when (e.Kind == ErrorKind.Configuration)
        {
            // protected, or the last one
            return new([], []);
        }
    }
}
