using BackupFunctions.Simulation.Years.Checks;
using BackupFunctions.Workflows;

namespace BackupFunctions.Simulation.Years;

/// <summary>Rotations of keys, that go on until they are done, through kills and outages.</summary>
internal sealed class Rotations(World world, Random random, Steps steps)
{
    public async Task<(Outcome, string?)> Run(Findings findings)
    {
        if (!await world.Observer.HasRepository()) return (Outcome.Ok, null);
        if (world.Rotating is null)
        {
            world.Rotating = random.Next(2) == 0;
            world.Settings = world.Settings with { NewKey = world.Settings.Key + 1 };
        }
        var reEncrypt = world.Rotating.Value;
        var old = world.Observer.Keys;
        RotateKeysResult? result = null;
        var attempt = await steps.Attempt(async (process, between) =>
        {
            result = await Runs.Rotate(process, between, reEncrypt);
            return new([], result.Warnings);
        });
        if (attempt.Outcome != Outcome.Ok) return attempt;
        world.Rotating = null;
        world.Settings = world.Settings with { Key = world.Settings.NewKey!.Value, NewKey = null };
        if (!reEncrypt || world.Disks.Any(d => d.LostPins.Count > 0)) return attempt;
        foreach (var disk in world.Disks) disk.Collect();
        try
        {
            var found = await world.Observer.RecoverWith(old);
            findings.Add($"after everything was sealed again and garbage collected, the old key still opens revision {found.Revision}");
        }
        catch (BackupException e) when (e.Kind is ErrorKind.WrongKey or ErrorKind.NotFound)
        {
            // as it should be
        }
        return attempt;
    }
}
