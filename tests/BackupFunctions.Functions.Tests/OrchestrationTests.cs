using System.Diagnostics.Metrics;
using System.Text.Json;
using BackupFunctions.Api.Restores;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs;
using BackupFunctions.Serialization;
using BackupFunctions.Workflows;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace BackupFunctions.Functions.Tests;

/// <summary>How orchestrations end that cannot go on.</summary>
public class OrchestrationTests
{
    private const int Other = 99;

    private static readonly Dictionary<string, Func<int, object>> s_inputs = new()
    {
        [FullBackupWorkflow.Name] = version => new FullBackupInput(1, version),
        [IncrementalBackupWorkflow.Name] = version => new IncrementalBackupInput(1, 1, TimeSpan.Zero, version),
        [ResumeUploadsWorkflow.Name] = version => new ResumeUploadsInput(version),
        [RetentionWorkflow.Name] = version => new RetentionInput(version),
        [VerificationWorkflow.Name] = version => new VerificationInput("latest", 1, version),
        [ScrubWorkflow.Name] = version => new ScrubInput(4, version),
        [RestoreDrillWorkflow.Name] = version => new DrillInput(null, version),
        [RotateKeysWorkflow.Name] = version => new RotateKeysInput(true, null, version),
        [RestoreWorkflow.Name] = version =>
            new TargetedRestore(new(new(Cid.Parse("bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"), [], [], false, false), 1, version) { Target = "mongodb://db.example" }, new("mongodb://db.example", "sealed elsewhere")),
    };

    public static TheoryData<string> Workflows => [.. AppFunction.Of<OrchestrationTriggerAttribute>().Select(f => f.Function.Name)];

    [Theory, MemberData(nameof(Workflows))]
    public async Task An_input_of_another_version_fails_before_anything_is_called(string name)
    {
        var orchestration = new FakeOrchestration { Input = Input(name, Other) };
        (await Should.ThrowAsync<InvalidOperationException>(() => Run(name, orchestration))).Message.ShouldBe($"start the workflow: version {Other} is unknown, this host runs 1 (start it again)");
        orchestration.Calls.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public async Task A_run_that_ends_is_counted_once_and_not_by_a_replay(bool isReplaying, int expected)
    {
        var counted = 0;
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (instrument.Name == "backupfunctions.runs") l.EnableMeasurementEvents(instrument); } };
        var instance = $"counted-{isReplaying}";
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            foreach (var (tag, of) in tags) if (tag == "workflow" && (string?)of == instance) counted += (int)value;
        });
        listener.Start();
        var orchestration = new FakeOrchestration { Input = Input(FullBackupWorkflow.Name, 1), Replays = isReplaying, Called = instance };
        orchestration.Cancel.SetResult(default);
        await Should.ThrowAsync<InvalidOperationException>(() => Run(FullBackupWorkflow.Name, orchestration));
        counted.ShouldBe(expected);
    }

    [Theory, MemberData(nameof(Workflows))]
    public async Task A_cancelled_one_fails_and_says_so(string name)
    {
        var orchestration = new FakeOrchestration { Input = Input(name, 1) };
        orchestration.Cancel.SetResult(default);
        (await Should.ThrowAsync<InvalidOperationException>(() => Run(name, orchestration))).Message.ShouldStartWith("cancelled: ");
        orchestration.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_activities_of_a_restore_are_sent_the_target_and_the_one_that_tells_of_its_end_is_not()
    {
        var sent = new List<(string Name, JsonElement Input)>();
        var orchestration = new FakeOrchestration { Input = Input(RestoreWorkflow.Name, 1) };
        orchestration.Answer = (name, input) =>
        {
            sent.Add((name, input));
            if (name != "Notify") throw new TaskFailedException(name, 1, new("Failure", "it broke", null, null));
            return JsonElement.Parse("{}");
        };
        (await Should.ThrowAsync<InvalidOperationException>(() => Run(RestoreWorkflow.Name, orchestration))).Message.ShouldContain("it broke");
        sent.Select(s => s.Name).ShouldBe(["PlanRestore", "Notify"]);
        sent[0].Input.GetProperty("target").GetProperty("sealed").GetString().ShouldBe("sealed elsewhere");
        sent[1].Input.GetProperty("alert").GetProperty("event").GetString().ShouldBe("restore.failed");
    }

    private static JsonElement Input(string name, int version)
    {
        var input = s_inputs[name](version);
        return JsonSerializer.SerializeToElement(input, input.GetType(), EngineJson.Options);
    }

    private static Task Run(string name, TaskOrchestrationContext context) => (Task)AppFunction.All.Single(f => f.Name == name).Method.Invoke(null, [context])!;
}
