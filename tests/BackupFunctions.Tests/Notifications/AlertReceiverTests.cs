using System.Reflection;
using BackupFunctions.Manifest;
using BackupFunctions.Monitoring;
using BackupFunctions.Mongo;
using BackupFunctions.Notifications;
using BackupFunctions.Tests.Manifest;

namespace BackupFunctions.Tests.Notifications;

/// <summary>Every event that there is, by every kind of receiver: down for a while, told twice, and over.</summary>
public sealed class AlertReceiverTests
{
    // they say that something happened
    private static readonly HashSet<string> s_moments = [AlertEvents.BackupCompleted, AlertEvents.CatalogueRecovered, AlertEvents.DrillCompleted, AlertEvents.KeysRotated, AlertEvents.RestoreCompleted, AlertEvents.Test];

    private static readonly string[] s_all = [.. typeof(AlertEvents).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!)];

    public static TheoryData<string, WebhookFormat> Deliveries => new(from name in s_all where !AlertEvents.IsSilent(Of(name)) from format in Enum.GetValues<WebhookFormat>() select (name, format));

    [Theory, MemberData(nameof(Deliveries))]
    public async Task None_is_lost_while_the_receivers_are_down_none_comes_twice_and_its_end_is_told(string name, WebhookFormat format)
    {
        using var bench = new AlertBench { Format = format };
        bench.Open();
        bench.Down();
        var level = s_moments.Contains(name) ? AlertLevel.Info : AlertLevel.Error;
        await bench.Notify(name, level, "what happened", "full");
        await bench.Notify(name, level, "what happened", "full");
        await bench.Dispatcher.Settle($"{name}/full", bench.Time.GetUtcNow(), AlertBench.Cancellation);
        (bench.Web.Bodies.Count, bench.Mail.Mails.Count).ShouldBe((0, 0));
        // by the process that comes after
        bench.Up();
        await bench.Open().Deliver(AlertBench.Cancellation);

        string[] titles = level == AlertLevel.Info ? [$"INFO {name}/full"] : [$"ERROR {name}/full", $"RESOLVED {name}/full"];
        bench.Web.Bodies.Count.ShouldBe(titles.Length);
        foreach (var (body, title) in bench.Web.Bodies.Zip(titles)) body.ShouldSatisfyAllConditions(b => b.ShouldContain(title), b => b.ShouldContain("what happened"));
        bench.Mail.Mails.Select(m => m.Subject).ShouldBe(titles.Select(t => $"[backupfunctions] {t}"));
        bench.Mail.Mails.ShouldAllBe(m => m.TextBody!.Contains("what happened"));
        bench.Waiting.ShouldBeEmpty();
    }

    [Fact]
    public void Every_event_that_goes_on_has_an_end()
    {
        var ended = s_all.SelectMany(e => Enum.GetValues<AlertLevel>().SelectMany(l => AlertEvents.Ends(Of(e) with { Level = l }))).Concat(Cleared()).Select(c => c.Split('/')[0]).ToHashSet();
        s_all.Where(e => !AlertEvents.IsSilent(Of(e)) && !ended.Contains(e)).ShouldBe(s_moments, ignoreOrder: true);
    }

    [Fact]
    public void What_is_silent_ends_something() => s_all.Select(Of).Where(AlertEvents.IsSilent).ShouldAllBe(a => AlertEvents.Ends(a).Count > 0);

    // by a watch that finds nothing wrong
    private static IEnumerable<string> Cleared()
    {
        var state = new ManifestState();
        var at = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
        state.Apply(new ManifestRevision(ManifestRevision.CurrentFormat, RepositoryId.Parse(new string('0', 32)), 1, null, at, null, Entries.Change(1)), BackupFunctions.Ipfs.Cid.Raw([1]));
        var up = new ObservedNode("node", "kubo", null, null);
        var seen = new Observation(at, at) { Manifest = state, Nodes = [up, up], ConflictIsKnown = true, Oplog = new OplogReach(at.AddDays(-9), at, null, null) };
        return WatchRules.Clear(seen, []).Select(c => c.Cause);
    }

    private static Alert Of(string name) => new(AlertLevel.Error, name, "what happened", default, new Dictionary<string, string>()) { Subject = "full" };
}
