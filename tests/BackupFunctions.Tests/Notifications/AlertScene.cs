using BackupFunctions.Backup;
using BackupFunctions.Monitoring;
using BackupFunctions.Mongo;
using BackupFunctions.Notifications;
using BackupFunctions.Scheduling;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Tests.Workflows;

namespace BackupFunctions.Tests.Notifications;

/// <summary>Workflows and the watch of a repository, whose alerts go to a webhook and a mailbox on loopback.</summary>
public abstract class AlertScene : IClassFixture<MongoServerFixture>, IDisposable
{
    private static readonly LogNotifier s_log = new(Microsoft.Extensions.Logging.Abstractions.NullLogger<LogNotifier>.Instance);

    protected AlertScene(MongoServerFixture server)
    {
        Rig = new(server);
        Bench = new(Rig.Repository.Time);
        Rig.Alerts.Then = Bench.Dispatcher;
    }

    private protected BackupRig Rig { get; }

    private protected AlertBench Bench { get; }

    /// <summary>What the watch reads of the source's oplog.</summary>
    private protected OplogReach? Reach { get; set; }

    /// <summary>Why the watch does not reach the source.</summary>
    private protected Exception? Unreachable { get; set; }

    public void Dispose()
    {
        Bench.Dispose();
        Rig.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected async Task FullBackup()
    {
        await Rig.Fill("things", 0, 20);
        await Rig.BackUp();
    }

    /// <summary>Acts before each call of an activity; what it throws is what the activity throws.</summary>
    private protected void At(string activity, Action action) => Rig.Before = (name, _, _) =>
    {
        if (name == activity) action();
        return Task.CompletedTask;
    };

    private protected void Fail(string activity) => At(activity, () => throw new BackupException(ErrorKind.Failed, $"{activity}: it broke", "mend it"));

    private protected void Repair()
    {
        Rig.Before = null;
        Rig.Repository.First.Refused = Rig.Repository.Second.Refused = NodeCalls.None;
    }

    /// <summary>Each time as a process that has just started.</summary>
    private protected Task Watch()
    {
        Rig.Repository.Time.Advance(TimeSpan.FromSeconds(1));
        var settings = new WatchSettings { Full = Schedule.Parse("0 2 * * 0"), Incremental = Schedule.Parse("0 2 * * *") };
        var watch = new BackupWatch(new(Rig.Repository.Catalog, Rig.Manifest, Rig.Repository.Nodes, _ => Unreachable is { } e ? Task.FromException<OplogReach?>(e) : Task.FromResult(Reach)), settings, text => text, Rig.Repository.Time);
        return watch.Tell(Bench.Dispatcher, s_log, BackupRig.Cancellation);
    }

    /// <summary>All that arrived: at the webhook, and the same in the mailbox.</summary>
    private protected void Told(string events)
    {
        Bench.Web.Told.ShouldBe(events);
        Bench.Mail.Mails.Select(m => m.Subject!.Split(' ')[2].Split('/')[0]).ShouldBe(Bench.Web.Messages.Select(m => m.GetProperty("event").GetString()));
        Bench.Mail.Mails.Select(m => m.Subject!.Contains("RESOLVED", StringComparison.Ordinal)).ShouldBe(Bench.Web.Messages.Select(m => m.GetProperty("status").GetString() == "resolved"));
    }
}
