using System.Reflection;
using BackupFunctions.Backup;
using BackupFunctions.Workflows;
using Microsoft.Azure.Functions.Worker;

namespace BackupFunctions.Functions.Tests;

/// <summary>What the compiled app declares, against what the engine and the documents have.</summary>
public class AppFunctionTests
{
    [Fact]
    public void Names_are_unique_without_regard_to_case() =>
        AppFunction.All.GroupBy(f => f.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).Select(g => g.Key).ShouldBeEmpty();

    [Fact]
    public void Every_activity_of_the_engine_is_a_function_and_no_other_is()
    {
        var activities = typeof(BackupActivities).Assembly.GetTypes().Where(t => t is { IsPublic: true, IsAbstract: true, IsSealed: true } && t.Name.EndsWith("Activities", StringComparison.Ordinal))
            .SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Select(f => (string)f.FieldType.GetProperty(nameof(ActivityName<int, int>.Name))!.GetValue(f.GetValue(null))!);
        AppFunction.Of<ActivityTriggerAttribute>().Select(f => f.Function.Name).Order().ShouldBe(activities.Order());
    }

    [Fact]
    public void Every_workflow_of_the_engine_is_an_orchestration_and_no_other_is()
    {
        var workflows = typeof(FullBackupWorkflow).Assembly.GetTypes()
            .Where(t => t is { IsPublic: true, Namespace: "BackupFunctions.Workflows" } && t.Name.EndsWith("Workflow", StringComparison.Ordinal))
            .Select(t => (string)t.GetField("Name")!.GetRawConstantValue()!);
        AppFunction.Of<OrchestrationTriggerAttribute>().Select(f => f.Function.Name).Order().ShouldBe(workflows.Order());
    }

    [Fact]
    public void Timers_take_their_schedule_from_a_setting_and_never_run_when_a_host_starts()
    {
        var timers = AppFunction.Of<TimerTriggerAttribute>().ToList();
        timers.ShouldNotBeEmpty();
        foreach (var (_, timer) in timers)
        {
            timer.Schedule.ShouldMatch("^%[A-Z_]+_SCHEDULE%$");
            (timer.RunOnStartup, timer.UseMonitor).ShouldBe((false, true));
        }
        timers.Select(t => (t.Function.Name, t.Trigger.Schedule)).Order().ShouldBe([
            ("DrillTimer", "%DRILL_SCHEDULE%"), ("FullBackupTimer", "%FULL_BACKUP_SCHEDULE%"), ("IncrementalBackupTimer", "%INCREMENTAL_BACKUP_SCHEDULE%"), ("ResumeTimer", "%RESUME_SCHEDULE%"), ("RetentionTimer", "%RETENTION_SCHEDULE%"),
            ("ScrubTimer", "%SCRUB_SCHEDULE%"), ("WatchTimer", "%WATCH_SCHEDULE%")]);
    }

    [Fact]
    public void Only_activities_touch_the_world_in_orchestrations() =>
        AppFunction.Of<OrchestrationTriggerAttribute>().Select(f => f.Function.Method).ShouldAllBe(m => m.IsStatic && m.GetParameters().Length == 1);
}
