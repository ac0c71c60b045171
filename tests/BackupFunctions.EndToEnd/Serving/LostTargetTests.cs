using BackupFunctions.Ambient;
using BackupFunctions.Api.Hosting;
using BackupFunctions.Api.Restores;
using BackupFunctions.Configuration;
using BackupFunctions.Encryption;
using BackupFunctions.EndToEnd.Conformance;
using BackupFunctions.Ipfs;
using BackupFunctions.Tests.Notifications.Receivers;
using BackupFunctions.Workflows;

namespace BackupFunctions.EndToEnd.Serving;

/// <summary>A restore that a host comes to again when its target can be opened no more: it fails, and whoever waits for alerts is told.</summary>
public sealed class LostTargetTests : IDisposable
{
    private readonly WebhookReceiver _web = new();

    public void Dispose() => _web.Dispose();

    [Fact]
    public Task A_target_that_does_not_answer_is_told() => Told(
        settings => RestoreTarget.Seal(RunningServer.Nowhere, new ValueKeySource(SettingNames.Key, settings[SettingNames.Key]), new SystemRandomSource(), TestContext.Current.CancellationToken),
        "connect to target");

    [Fact]
    public Task A_target_that_was_sealed_under_a_key_that_is_not_set_any_more_is_told() => Told(
        _ => RestoreTarget.Seal(RunningServer.Nowhere, new ValueKeySource("key", new string('7', 64)), new SystemRandomSource(), TestContext.Current.CancellationToken),
        "the key is not the one that it was sealed under");

    private async Task Told(Func<Dictionary<string, string>, Task<RestoreTarget>> seal, string part)
    {
        var id = WorkflowKinds.IdOf(RestoreWorkflow.Name);
        await using var server = await RunningServer.Start(RunningServer.Nowhere, settings =>
        {
            settings[SettingNames.WebhookUrl] = _web.Url.AbsoluteUri;
            var target = seal(settings).GetAwaiter().GetResult();
            Journal(settings[SettingNames.Journal], id, target);
        });
        var ended = await server.Http.Ended(id);
        ended.GetProperty("runtimeStatus").GetString().ShouldBe("Failed");
        ended.GetProperty("output").GetString().ShouldNotBeNull().ShouldContain(part);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        while (_web.Told.Length == 0) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token);
        _web.Told.ShouldBe("restore.failed:firing");
    }

    private static void Journal(string path, string id, RestoreTarget target) => LeftJournal.Write(
        path, id, RestoreWorkflow.Name, new TargetedRestore(new(new(Cid.Parse("bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"), [], [], false, false), 1) { Target = target.Shown }, target));
}
