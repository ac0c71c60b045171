using BackupFunctions.Ambient;
using BackupFunctions.Notifications;
using BackupFunctions.Notifications.Channels;
using BackupFunctions.Notifications.Outbox;
using BackupFunctions.Staging;

namespace BackupFunctions.Tests.Notifications;

/// <summary>What is told, how often, and that nothing is lost.</summary>
public sealed class AlertDispatcherTests : IDisposable
{
    private readonly AlertBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task An_alert_reaches_the_webhook_and_the_mailbox()
    {
        await _bench.Notify(subject: "full");
        var message = _bench.Web.Messages.ShouldHaveSingleItem();
        (message.GetProperty("event").GetString(), message.GetProperty("subject").GetString(), message.GetProperty("status").GetString(), message.GetProperty("level").GetString(), message.GetProperty("message").GetString())
            .ShouldBe(("backup.failed", "full", "firing", "ERROR", "it broke"));
        message.GetProperty("details").GetProperty("hint").GetString().ShouldBe("mend it");
        _bench.Mail.Mails.ShouldHaveSingleItem().Subject.ShouldBe("[backupfunctions] ERROR backup.failed/full");
        _bench.Waiting.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_cause_is_told_again_only_after_the_period_and_says_how_often_it_was_seen()
    {
        for (var n = 0; n < 5; n++) await _bench.Notify(message: $"it broke {n}");
        _bench.Web.Told.ShouldBe("backup.failed:firing");
        await _bench.Notify(subject: "another");
        _bench.Web.Messages.Count.ShouldBe(2);
        _bench.Time.Advance(_bench.Settings.Repeat);
        await _bench.Notify(message: "it broke again");
        var again = _bench.Web.Messages[2];
        (again.GetProperty("count").GetInt64(), again.GetProperty("message").GetString()).ShouldBe((6, "it broke again"));
        again.GetProperty("since").GetDateTimeOffset().ShouldBe(_bench.Web.Messages[0].GetProperty("timestamp").GetDateTimeOffset());
    }

    [Fact]
    public async Task A_cause_that_gets_worse_is_told_at_once()
    {
        await _bench.Notify("node.unreachable", AlertLevel.Warning);
        await _bench.Notify("node.unreachable");
        await _bench.Notify("node.unreachable", AlertLevel.Warning);
        _bench.Web.Messages.Select(m => m.GetProperty("level").GetString()).ShouldBe(["WARN", "ERROR"]);
    }

    [Fact]
    public async Task The_end_of_what_was_told_is_told_once()
    {
        await _bench.Notify(subject: "full", message: "the disk was full");
        await _bench.Notify("backup.completed", AlertLevel.Info, "backup 2 is held by 2 nodes", "full");
        await _bench.Notify("backup.completed", AlertLevel.Info, "backup 3 is held by 2 nodes", "full");
        _bench.Web.Told.ShouldBe("backup.failed:firing backup.failed:resolved backup.completed:info");
        var resolved = _bench.Web.Messages[1];
        resolved.GetProperty("message").GetString().ShouldBe("backup 2 is held by 2 nodes; before: the disk was full");
        resolved.GetProperty("title").GetString().ShouldBe("RESOLVED backup.failed/full");
        // what comes back is news
        await _bench.Notify(subject: "full");
        _bench.Web.Messages.Count.ShouldBe(4);
    }

    [Fact]
    public async Task The_success_of_one_type_does_not_end_the_failure_of_another()
    {
        await _bench.Notify(subject: "full");
        await _bench.Notify("backup.completed", AlertLevel.Info, subject: "incremental");
        _bench.Web.Told.ShouldNotContain("resolved");
    }

    [Fact]
    public async Task What_was_never_told_has_no_end_to_tell()
    {
        _bench.Settings = new() { Level = AlertLevel.Error };
        _bench.Open();
        await _bench.Notify("uploads.waiting", AlertLevel.Warning);
        await _bench.Notify("backup.completed", AlertLevel.Info);
        await _bench.Notify("oplog.gap");
        _bench.Web.Told.ShouldBe("oplog.gap:firing");
    }

    [Fact]
    public async Task What_only_ends_others_is_not_told_itself()
    {
        await _bench.Notify("retention.failed");
        await _bench.Notify("retention.completed", AlertLevel.Info, "7 backups stay");
        await _bench.Notify("verification.completed", AlertLevel.Info);
        _bench.Web.Told.ShouldBe("retention.failed:firing retention.failed:resolved");
    }

    [Fact]
    public async Task A_cause_that_was_seen_after_the_look_began_is_not_over()
    {
        var began = _bench.Time.GetUtcNow();
        await _bench.Notify("backup.degraded", AlertLevel.Warning);
        await _bench.Dispatcher.Settle("backup.degraded", began, AlertBench.Cancellation);
        await _bench.Dispatcher.Settle("backup.degraded", _bench.Time.GetUtcNow(), AlertBench.Cancellation);
        await _bench.Dispatcher.Deliver(AlertBench.Cancellation);
        _bench.Web.Told.ShouldBe("backup.degraded:firing backup.degraded:resolved");
    }

    [Fact]
    public async Task Above_the_rate_of_an_hour_the_others_come_later_and_none_is_lost()
    {
        _bench.Settings = new() { PerHour = 3 };
        _bench.Open();
        for (var n = 0; n < 8; n++) await _bench.Notify(subject: $"{n}");
        (_bench.Web.Messages.Count, _bench.Mail.Mails.Count).ShouldBe((3, 3));
        _bench.Log.ShouldContain("the others are sent later");
        for (var hour = 1; hour <= 2; hour++)
        {
            _bench.Time.Advance(TimeSpan.FromHours(1));
            await _bench.Dispatcher.Deliver(AlertBench.Cancellation);
        }
        _bench.Web.Messages.Select(m => m.GetProperty("subject").GetString()).ShouldBe(["0", "1", "2", "3", "4", "5", "6", "7"]);
        (_bench.Mail.Mails.Count, _bench.Waiting.Count).ShouldBe((8, 0));
    }

    [Fact]
    public async Task While_the_receivers_are_down_nothing_fails_and_when_they_are_back_all_arrives_in_order()
    {
        _bench.Down();
        for (var n = 0; n < 5; n++) await _bench.Notify(subject: $"{n}");
        _bench.Waiting.Count.ShouldBe(5);
        _bench.Log.ShouldContain("it waits and is sent again");
        _bench.Up();
        await _bench.Dispatcher.Deliver(AlertBench.Cancellation);
        _bench.Web.Messages.Select(m => m.GetProperty("subject").GetString()).ShouldBe(["0", "1", "2", "3", "4"]);
        _bench.Mail.Mails.Count.ShouldBe(5);
        _bench.Waiting.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_receiver_that_is_down_keeps_nothing_from_the_other()
    {
        _bench.Mail.Stop();
        await _bench.Notify();
        (_bench.Web.Messages.Count, _bench.Waiting.Count).ShouldBe((1, 1));
        _bench.Mail.Start();
        await _bench.Dispatcher.Deliver(AlertBench.Cancellation);
        (_bench.Web.Messages.Count, _bench.Mail.Mails.Count, _bench.Waiting.Count).ShouldBe((1, 1, 0));
    }

    [Fact]
    public async Task A_receiver_that_failed_holds_up_no_other_alert_for_some_minutes()
    {
        var channel = new CountingChannel { Fails = true };
        _bench.Channels = [channel];
        _bench.Open();
        for (var n = 0; n < 10; n++) await _bench.Notify(subject: $"{n}");
        channel.Attempts.ShouldBe(1);
        _bench.Time.Advance(TimeSpan.FromMinutes(10));
        channel.Fails = false;
        await _bench.Notify(subject: "10");
        channel.Sent.Count.ShouldBe(11);
    }

    [Fact]
    public async Task A_full_outbox_survives_a_restart_and_is_bounded()
    {
        _bench.Down();
        await _bench.Notify("drill.completed", AlertLevel.Info, subject: "good to know");
        for (var n = 0; n < AlertLedger.MaxWaiting + 2; n++) await _bench.Notify(subject: $"{n}");
        _bench.Waiting.Count.ShouldBe(AlertLedger.MaxWaiting);
        _bench.Log.ShouldContain("alerts that waited are dropped");

        _bench.Settings = new() { PerHour = 1000 };
        _bench.Up();
        await _bench.Open().Deliver(AlertBench.Cancellation);
        // the least important went first, then the oldest
        _bench.Web.Messages.Select(m => m.GetProperty("subject").GetString()).ShouldBe(Enumerable.Range(2, AlertLedger.MaxWaiting).Select(n => $"{n}"));
        _bench.Waiting.ShouldBeEmpty();
        // another process knows what was told
        await _bench.Notify(subject: "5");
        _bench.Web.Messages.Count.ShouldBe(AlertLedger.MaxWaiting);
    }

    [Fact]
    public async Task What_waits_for_a_week_is_given_up_and_logged()
    {
        _bench.Down();
        await _bench.Notify();
        _bench.Time.Advance(AlertDelivery.Expiry + TimeSpan.FromHours(1));
        _bench.Up();
        await _bench.Dispatcher.Deliver(AlertBench.Cancellation);
        (_bench.Web.Messages.Count, _bench.Files.Count(f => !f.Contains("receiver", StringComparison.Ordinal))).ShouldBe((0, 0));
        _bench.Log.ShouldContain("waited for a week");
    }

    [Fact]
    public async Task What_is_damaged_in_the_outbox_is_dropped_and_the_others_arrive()
    {
        _bench.Down();
        await _bench.Notify(subject: "0");
        await _bench.Notify(subject: "1");
        File.WriteAllText(_bench.Waiting[0], "{");
        _bench.Up();
        await _bench.Dispatcher.Deliver(AlertBench.Cancellation);
        _bench.Web.Messages.ShouldHaveSingleItem().GetProperty("subject").GetString().ShouldBe("1");
        _bench.Waiting.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_place_to_wait_it_is_sent_at_once()
    {
        var file = Path.GetTempFileName();
        try
        {
            _bench.Staging = new DirectoryStaging(Path.Combine(file, "staging"), new DiskFiles());
            _bench.Open();
            await _bench.Notify();
            _bench.Web.Told.ShouldBe("backup.failed:firing");
            _bench.Mail.Mails.Count.ShouldBe(1);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_cancelled_run_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => _bench.Dispatcher.Notify(_bench.Alert(), cancelled.Token));
    }

    [Fact]
    public async Task A_receiver_that_never_answers_is_given_up_after_a_while()
    {
        var channel = new CountingChannel { Hangs = true };
        _bench.Channels = [channel];
        _bench.Open();
        var notified = _bench.Notify();
        await channel.Begun.Task.WaitAsync(AlertBench.Cancellation);
        _bench.Time.Advance(TimeSpan.FromSeconds(31));
        await notified;
        _bench.Waiting.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_test_says_what_happened_to_each_channel()
    {
        _bench.Mail.Stop();
        var tested = await _bench.Dispatcher.Test(AlertBench.Cancellation);
        tested.Select(t => (t.Name, t.Problem is null)).ShouldBe([("webhook", true), ("smtp", false)]);
        tested[1].Problem!.Hint.ShouldNotBeNull();
        _bench.Web.Told.ShouldBe("alerts.test:info");
        _bench.Waiting.ShouldBeEmpty();
    }

    [Fact]
    public async Task No_secret_is_in_a_message_in_the_outbox_or_in_the_log()
    {
        const string Secret = "token-that-nobody-may-see";
        _bench.Redactor.Add(Secret);
        await _bench.Notify(message: $"connect with {Secret}", subject: "0");
        _bench.Down();
        await _bench.Notify(message: $"connect with {Secret}", subject: "1");
        string[] secrets = [Secret, AlertBench.Password, "s3cret-of-the-hook"];
        var everything = string.Concat(_bench.Web.Bodies.Concat(_bench.Mail.Mails.Select(m => m.ToString())).Concat(_bench.Files.Select(File.ReadAllText)).Append(_bench.Log));
        everything.ShouldContain("connect with ****");
        foreach (var secret in secrets) everything.ShouldNotContain(secret);
    }

    private sealed class CountingChannel : IAlertChannel
    {
        public bool Fails { get; set; }

        public bool Hangs { get; init; }

        public int Attempts { get; private set; }

        public List<AlertMessage> Sent { get; } = [];

        public TaskCompletionSource Begun { get; } = new();

        public string Name => "counting";

        public string Target => "nowhere";

        public async Task Send(AlertMessage message, CancellationToken cancellationToken)
        {
            Attempts++;
            Begun.TrySetResult();
            if (Hangs) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            if (Fails) throw new BackupException(ErrorKind.Failed, "send: the receiver is down");
            Sent.Add(message);
        }
    }
}
