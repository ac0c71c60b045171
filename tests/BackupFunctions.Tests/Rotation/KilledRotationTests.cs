using System.Globalization;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Tests.Workflows;
using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Rotation;

/// <summary>A rotation that dies at each of its steps, and at each of the operations by which a step changes something, and is run again by another process.</summary>
public sealed class KilledRotationTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>
{
    private const int MostSteps = 400;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_rotation_that_is_killed_at_any_step_goes_on_to_the_same_end(bool afterTheStep)
    {
        var steps = 0;
        for (var killAt = 1; killAt <= MostSteps; killAt++)
        {
            using var scene = await new RotationScene(server).Begin(6, fulls: 1);
            foreach (var node in scene.Nodes) node.HoldsApart = killAt % 3 == 0;
            var (at, name) = (0, "");
            if (afterTheStep) scene.Rig.After = step => Step(step);
            else scene.Rig.Before = (step, _, _) => Step(step);
            if (!await IsKilled(scene)) break;
            steps++;
            await ShouldGoOn(scene, string.Create(CultureInfo.InvariantCulture, $"killed at step {killAt}, {name}"), newKeyAlone: killAt % 2 == 0);

            // a dead process does nothing any more, nor lets its lock go
            Task Step(string step)
            {
                if (++at < killAt) return Task.CompletedTask;
                if (at == killAt) name = step;
                throw new IOException("killed");
            }
        }
        steps.ShouldBeInRange(25, MostSteps - 1);
    }

    [Fact]
    public async Task A_rotation_that_is_killed_at_any_change_of_a_node_or_of_the_head_goes_on_to_the_same_end()
    {
        var changes = 0;
        for (var killAt = 1; killAt <= MostSteps; killAt++)
        {
            using var scene = await new RotationScene(server).Begin(6, fulls: 1);
            var at = 0;
            foreach (var node in scene.Nodes) node.Before = call => call is NodeCalls.Import or NodeCalls.Pin or NodeCalls.Unpin ? Change() : Task.CompletedTask;
            scene.Rig.Repository.Memory.BeforeReplace = Change;
            scene.Rig.Before = (_, _, _) => at >= killAt ? throw new IOException("killed") : Task.CompletedTask;
            if (!await IsKilled(scene)) break;
            changes++;
            await ShouldGoOn(scene, string.Create(CultureInfo.InvariantCulture, $"killed at change {killAt}"), newKeyAlone: killAt % 2 == 0);

            Task Change() => ++at >= killAt ? throw new IOException("killed") : Task.CompletedTask;
        }
        changes.ShouldBeInRange(40, MostSteps - 1);
    }

    private static async Task<bool> IsKilled(RotationScene scene)
    {
        scene.Rig.Restart(TestRepository.Key, TestRepository.OtherKey);
        try
        {
            await scene.Rig.RotateKeys();
            // what tells of the end may die, and the rotation is done all the same
            return false;
        }
        catch (ActivityFailedException)
        {
            return true;
        }
        finally
        {
            (scene.Rig.Before, scene.Rig.After) = (null, null);
            scene.Rig.Repository.Memory.BeforeReplace = null;
            foreach (var node in scene.Nodes) node.Before = null;
        }
    }

    private static async Task ShouldGoOn(RotationScene scene, string what, bool newKeyAlone)
    {
        // the lock of the dead runs out
        scene.Rig.Repository.Time.Advance(TimeSpan.FromMinutes(10));
        try
        {
            var begun = scene.Rig.Repository.Memory.Head!.Keyring.Epochs.Count > 1;
            if (newKeyAlone && begun) scene.Rig.Restart(TestRepository.OtherKey);
            else scene.Rig.Restart(TestRepository.Key, TestRepository.OtherKey);
            if (scene.Rig.Repository.Memory.Head!.Keyring.Epochs is not [2u]) await scene.Rig.RotateKeys();
            scene.Rig.Restart(TestRepository.OtherKey);
            await scene.ShouldBeClosedToTheOldKey(afterKill: true);
            await scene.ShouldHoldTheSame();
            await scene.ShouldLeaveNothingBehind();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{what}: {e.Message}", e);
        }
    }
}
