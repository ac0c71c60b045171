using System.Reflection;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Workflows.Replay;

/// <summary>
/// Every workflow is run once over real activities, executed again from its beginning for each answer, and is then replayed from each prefix of its history, and with answers in other orders.
/// </summary>
public sealed class WorkflowReplayTests(MongoServerFixture server) : IClassFixture<MongoServerFixture>
{
    public static TheoryData<string> Scenarios => [.. ReplayScenario.All.Keys];

    [Theory, MemberData(nameof(Scenarios))]
    public async Task A_workflow_is_followed_from_each_prefix_of_its_history_and_in_any_order(string name)
    {
        var scenario = ReplayScenario.All[name];
        using var rig = new BackupRig(server);
        var workflow = await scenario.Prepare(rig);
        using var session = rig.RestoreSession();
        var activities = scenario.Workflow == typeof(RestoreWorkflow) ? rig.RestoreActivities(session) : rig.Activities();
        var history = await WorkflowRecorder.Run(workflow, activities, rig.Repository.Time, scenario.Elapsing, scenario.Around, BackupRig.Cancellation);

        history.End.ShouldContain(scenario.EndsWith);
        var keys = history.Calls.Select(c => c.Key).ToList();
        foreach (var key in scenario.Keys) keys.ShouldContain(key);
        history.Answers.Count(a => a.IsTimer).ShouldBe(scenario.Elapsing.Count);
        HistoryReplay.Check(workflow, history);
    }

    [Fact]
    public void There_is_a_scenario_of_each_workflow() =>
        ReplayScenario.All.Values.Select(s => s.Workflow.Name).Distinct().Order().ShouldBe(
            typeof(IWorkflowContext).Assembly.GetTypes()
                .Where(t => t.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Any(m => m.Name == "Run" && m.IsPublic && m.GetParameters().FirstOrDefault()?.ParameterType == typeof(IWorkflowContext)) && t.IsVisible)
                .Select(t => t.Name).Order());
}
