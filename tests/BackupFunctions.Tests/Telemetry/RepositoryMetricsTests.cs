using BackupFunctions.Backup;
using BackupFunctions.EndToEnd.Telemetry;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Telemetry.Metrics;
using BackupFunctions.Tests.Manifest;
using BackupFunctions.Tests.Repositories;

namespace BackupFunctions.Tests.Telemetry;

/// <summary>Each gauge of docs/metrics.md with the value that a manifest of known content, staging and an oplog give it.</summary>
public sealed class RepositoryMetricsTests : IDisposable
{
    private static readonly DateTimeOffset s_day = new(2026, 3, 3, 0, 0, 0, TimeSpan.Zero);

    private readonly TestRepository _repository = new();
    private OplogReach? _oplog = new(s_day.AddHours(-10), s_day.AddHours(60), 100, 100);
    private StagedWork _staged = new([], [], []);

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Every_gauge_tells_what_the_manifest_staging_and_the_oplog_hold()
    {
        _repository.Time.SetUtcNow(s_day.AddHours(61));
        _staged = new([new(Entries.Entry(70), [], [])], [Entries.Entry(71).Id, Entries.Entry(72).Id], []);
        var old = Backup(1, BackupType.Full, 0, Mark(-1), Mark(0));
        var full = Backup(2, BackupType.Full, 24, Mark(23), Mark(24)) with { Bytes = 5_000, StoredBytes = 1_000, NewBytes = 300, Completed = At(24).AddMinutes(90) };
        var slice = Backup(3, BackupType.Incremental, 48, Mark(24), Mark(47)) with { Bytes = 70, StoredBytes = 60, NewBytes = 60 };
        slice = slice with { Copies = [slice.Copies[0]] };
        var metrics = await Read(
            new BackupRecorded(Backup(9, BackupType.Full, -48, Mark(-49), Mark(-48)) with { NewBytes = 11 }), new BackupRecorded(old), new GapRecorded(Mark(0), null, OplogGapReason.RolledOver, At(20)), new BackupRecorded(full), new BackupRecorded(slice),
            new RunFailed(BackupType.Full, At(50), At(51), ErrorKind.Failed), new RunFailed(BackupType.Full, At(52), At(53), ErrorKind.Corrupt),
            new BackupRemoved(Entries.Entry(9).Id, At(54), "no rule keeps it"),
            new ScrubRecorded("b", "node 2", At(55), 0, 1, 10, 0, 2, 0, [full.Id, slice.Id]),
            new DrillRecorded(At(56), full.Id, null, DrillOutcome.Proven, TimeSpan.FromMinutes(1), 1, 1, null), new DrillRecorded(At(57), full.Id, null, DrillOutcome.Failed, TimeSpan.FromMinutes(1), 1, 1, "no"));

        var expected = new Dictionary<string, double>
        {
            ["repository_up"] = 1,
            ["manifest_revision"] = _repository.Memory.Head!.Revision,
            ["""last_success_timestamp_seconds{type="full"}"""] = Seconds(full.Completed),
            ["""last_success_timestamp_seconds{type="incremental"}"""] = Seconds(slice.Completed),
            ["""last_failure_timestamp_seconds{type="full"}"""] = Seconds(At(53)),
            ["restorable_oldest_timestamp_seconds"] = Seconds(At(0)),
            ["restorable_start_timestamp_seconds"] = Seconds(At(24)),
            ["restorable_end_timestamp_seconds"] = Seconds(At(47)),
            ["restorable_gaps"] = 1,
            // full at a rate of 70 hours: what is 57 hours from its oldest entry, an hour after the newest
            ["oplog_window_seconds"] = 70 * 3600,
            ["oplog_headroom_seconds"] = 56 * 3600,
            ["""success_ratio{type="full"}"""] = 0.5,
            ["""success_ratio{type="incremental"}"""] = 1,
            ["""backups{type="full"}"""] = 2,
            ["""backups{type="incremental"}"""] = 1,
            ["""backups_degraded{type="full"}"""] = 0,
            ["""backups_degraded{type="incremental"}"""] = 1,
            ["""failed_runs{type="full"}"""] = 2,
            ["""failed_runs{type="incremental"}"""] = 0,
            [$$"""build_info{version="{{typeof(EngineMetrics).Assembly.GetName().Version!.ToString(3)}}"}"""] = 1,
            ["backups_removed"] = 1,
            ["storage_removed_bytes"] = 11,
            ["""storage_bytes{type="full",kind="logical"}"""] = 5_000 + old.Bytes,
            ["""storage_bytes{type="full",kind="stored"}"""] = 1_000 + old.StoredBytes,
            ["""storage_bytes{type="full",kind="new"}"""] = 300 + old.NewBytes,
            ["""storage_bytes{type="full",kind="deduplicated"}"""] = 700 + old.StoredBytes - old.NewBytes,
            ["""last_backup_size_bytes{type="full",kind="logical"}"""] = 5_000,
            ["""last_backup_size_bytes{type="full",kind="deduplicated"}"""] = 700,
            ["""last_backup_size_bytes{type="incremental",kind="new"}"""] = 60,
            ["""last_backup_duration_seconds{type="full"}"""] = 90 * 60,
            ["""last_verification_timestamp_seconds{node="1"}"""] = Seconds(slice.Copies[0].VerifiedAt),
            ["""last_verification_timestamp_seconds{node="2"}"""] = Seconds(At(55)),
            ["""last_scrub_timestamp_seconds{node="2"}"""] = Seconds(At(55)),
            ["""last_drill_timestamp_seconds{outcome="proven"}"""] = Seconds(At(56)),
            ["""last_drill_timestamp_seconds{outcome="failed"}"""] = Seconds(At(57)),
            ["copies_missing"] = 1,
            ["copies_damaged"] = 2,
            ["uploads_waiting"] = 1,
            ["runs_unfinished"] = 2,
        };
        foreach (var (series, value) in expected) metrics[series].ShouldBe(value, series);
        metrics.Has("""last_scrub_timestamp_seconds{node="1"}""").ShouldBeFalse();
        // none is left out of this test
        var gauges = metrics.Types.Where(t => t.Value == "gauge").Select(t => t.Key);
        gauges.ShouldBe(expected.Keys.Select(k => $"backupfunctions_{k.Split('{')[0]}").Distinct(), ignoreOrder: true);
    }

    [Fact]
    public async Task Before_the_first_backup_there_is_nothing_but_that_it_can_be_read()
    {
        _oplog = null;
        using var metrics = Open();
        var text = new MetricsText(await metrics.ToPrometheus(TestContext.Current.CancellationToken));
        text["repository_up"].ShouldBe(1);
        foreach (var series in new[] { "manifest_revision", "restorable_gaps", "oplog_window_seconds", "uploads_waiting", "copies_missing" }) text.Has(series).ShouldBeFalse(series);
    }

    private async Task<MetricsText> Read(params IReadOnlyList<ManifestChange> changes)
    {
        var manifest = await _repository.Create();
        await manifest.Append(changes, null, TestContext.Current.CancellationToken);
        using var metrics = Open();
        return new(await metrics.ToPrometheus(TestContext.Current.CancellationToken));
    }

    private EngineMetrics Open() =>
        new(new(new(_repository.Catalog, _repository.Manifest(), _ => Task.FromResult(_staged), _ => Task.FromResult(_oplog), _repository.Time), [.. _repository.Nodes.Select(n => n.Name)], _repository.Time));

    private static BackupEntry Backup(int number, BackupType type, int hour, OplogMark after, OplogMark through) => Entries.Entry(number) with
    {
        Type = type,
        Started = At(hour),
        Completed = At(hour).AddMinutes(5),
        Oplog = new(after, through, 1),
        ConsistentAt = type == BackupType.Full ? through.Optime : null,
    };

    private static OplogMark Mark(int hour) => new(new((uint)At(hour).ToUnixTimeSeconds(), 1), Hash256.Sha256(BitConverter.GetBytes(hour)));

    private static DateTimeOffset At(int hour) => s_day.AddHours(hour);

    private static double Seconds(DateTimeOffset at) => at.ToUnixTimeSeconds();
}
