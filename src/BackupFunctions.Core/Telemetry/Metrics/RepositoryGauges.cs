using System.Diagnostics.Metrics;
using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Monitoring;
using BackupFunctions.Telemetry.Tracing;

namespace BackupFunctions.Telemetry.Metrics;

/// <summary>
/// How the repository stands, read from the manifest: the same in every process that has this catalogue, and after a restart. A reading holds for some seconds. Times are seconds since 1970.
/// </summary>
internal sealed class RepositoryGauges : IDisposable
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(10);

    private readonly RepositoryReader _reader;
    private readonly IReadOnlyList<string> _nodes;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private (DateTimeOffset At, Task<RepositoryReading> Reading)? _last;

    /// <summary>Of a repository whose nodes have these names.</summary>
    public RepositoryGauges(RepositoryReader reader, IReadOnlyList<string> nodes, TimeProvider time)
    {
        (_reader, _nodes, _time) = (reader, nodes, time);
        Meter = new(BackupTracing.SourceName, BackupTracing.Version);
        Gauge("build.info", null, "1; the version is a label.", _ => [new(1, new KeyValuePair<string, object?>("version", BackupTracing.Version))]);
        Gauge("repository.up", null, "1 when the catalogue and the manifest could be read, else 0.", r => [new(r.IsReadable ? 1 : 0)]);
        Backups();
        Times();
        Windows();
        Gauge("uploads.waiting", null, "Sealed backups that wait in staging to be stored.", r => r.Staged is { } staged ? [new(staged.Whole.Count)] : []);
        Gauge("runs.unfinished", null, "Runs that have parts in staging: under way, or broken off.", r => r.Staged is { } staged ? [new(staged.Parts.Count)] : []);
    }

    /// <summary>Of all of them; nobody else's in this process.</summary>
    public Meter Meter { get; }

    /// <summary>Reads anew what is older than some seconds; one reading for all who ask meanwhile.</summary>
    public Task<RepositoryReading> Refresh()
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            if (_last is not { } last || (last.Reading.IsCompleted && now - last.At >= s_fresh)) _last = last = (now, Task.Run(_reader.Read));
            return last.Reading;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    private void Backups()
    {
        Manifest("manifest.revision", null, "The newest revision of the manifest.", m => [new(m.Revision)]);
        Statistics("backups", null, "Backups in the list.", s => s.Backups);
        Statistics("backups.degraded", null, "Backups in the list that fewer nodes hold, verified, than are configured.", s => s.Degraded);
        Statistics("failed_runs", null, "Failed runs that the manifest remembers, 1,000 at most.", s => s.Failures);
        Statistics("success", "1", "Backups in the list for each of them and of the failed runs that are remembered.", s => s.SuccessRate);
        Manifest("copies.missing", null, "Verified copies that backups in the list lack.", m => [new(m.Backups.Sum(b => Math.Max(0, b.WantedCopies - b.Copies.Count)))]);
        Manifest("copies.damaged", null, "Copies in which scrubs found blocks that could not be healed.", m => [new(m.Damaged.Count)]);
        Manifest("backups.removed", null, "Removed backups whose pins wait for the end of the grace period.", m => [new(m.Removed.Count())]);
        Manifest("storage", "By", "Of the backups in the list: logical are BSON bytes, stored the sealed blocks that hold them, new those that the nodes did not hold before, which is what one copy takes up, deduplicated what was saved.",
            m => ManifestStatistics.Of(m, new()).SelectMany(s => Sizes(s.Type, s.Bytes, s.StoredBytes, s.NewBytes)));
        Manifest("storage.removed", "By", "New bytes of removed backups whose pins wait for the end of the grace period.", m => [new(m.Removed.Sum(t => t.Backup.NewBytes))]);
        Manifest("last_backup.size", "By", "Of the newest backup of each type; kinds as in storage.", m => Latest(m).SelectMany(b => Sizes(b.Type, b.Bytes, b.StoredBytes, b.NewBytes)));
        Manifest("last_backup.duration", "s", "Of the newest backup of each type, from its start until it was recorded.", m => Latest(m).Select(b => Of(b.Type, (b.Completed - b.Started).TotalSeconds)));
    }

    private void Times()
    {
        Manifest("last_success.timestamp", "s", "When a backup succeeded last; an incremental one also when there was nothing to back up.",
            m => Enum.GetValues<BackupType>().Select(t => (t, At: LastSuccess.Of(m, t))).Where(x => x.At is not null).Select(x => Of(x.t, Seconds(x.At!.Value))));
        Manifest("last_failure.timestamp", "s", "When a run failed last.", m => m.Failures.GroupBy(f => f.Type).Select(g => Of(g.Key, Seconds(g.Max(f => f.Ended)))));
        Manifest("last_verification.timestamp", "s", "When a copy on this node was last read back and hashed, after an upload or by a scrub.", m => PerNode(
            m.Backups.SelectMany(b => b.Copies).Select(c => (c.Node, c.VerifiedAt)).Concat(m.Scrubs.Select(s => (s.Node, s.At)))));
        Manifest("last_scrub.timestamp", "s", "When the last scrub of this node ended.", m => PerNode(m.Scrubs.Select(s => (s.Node, s.At))));
        Manifest("last_drill.timestamp", "s", "When the last restore drill with this outcome ended; proven: restored, compared and equal.",
            m => m.Drills.GroupBy(d => d.Outcome).Select(g => new Measurement<double>(Seconds(g.Max(d => d.At)), new KeyValuePair<string, object?>("outcome", Human.Word(g.Key)))));
    }

    private void Windows()
    {
        Gauge("restorable.oldest.timestamp", "s", "The oldest moment that can be restored.", r => Window(r, w => w[0].From.Time));
        Gauge("restorable.start.timestamp", "s", "From here on every moment can be restored, up to the end: of the newest window.", r => Window(r, w => w[^1].From.Time));
        Gauge("restorable.end.timestamp", "s", "The newest moment that can be restored.", r => Window(r, w => w[^1].To.Time));
        Gauge("restorable.gaps", null, "Stretches of time that cannot be restored.", r => r.Timeline is { } timeline ? [new(timeline.Gaps.Count)] : []);
        Gauge("oplog.window", "s", "The time that the source's oplog spans when it is full, at the rate at which it was written.", r => r.Oplog is { } oplog ? [new(oplog.Window.TotalSeconds)] : []);
        Gauge("oplog.headroom", "s", "For how long the last entry that is backed up stays in the source's oplog: when it is gone before the next incremental backup, there is a gap.",
            r => r is { Oplog: { } oplog, Manifest: { } manifest } && LastSuccess.Covered(manifest) is { } covered ? [new(oplog.Keeps(covered, r.At).TotalSeconds)] : []);
    }

    private void Statistics(string name, string? unit, string description, Func<ManifestStatistics, double?> value) =>
        Manifest(name, unit, description, m => ManifestStatistics.Of(m, new()).Select(s => (s.Type, Value: value(s))).Where(s => s.Value is not null).Select(s => Of(s.Type, s.Value!.Value)));

    private void Manifest(string name, string? unit, string description, Func<ManifestState, IEnumerable<Measurement<double>>> measure) =>
        Gauge(name, unit, description, r => r.Manifest is { } manifest ? measure(manifest) : []);

    private void Gauge(string name, string? unit, string description, Func<RepositoryReading, IEnumerable<Measurement<double>>> measure) =>
        Meter.CreateObservableGauge($"backupfunctions.{name}", () => measure(Newest()), unit, description);

    // a callback cannot wait: who can has refreshed before; for others it is as it was when it was asked for last
    private RepositoryReading Newest()
    {
        var known = _last?.Reading;
        var reading = Refresh();
        return reading.IsCompletedSuccessfully ? reading.Result : known is { IsCompletedSuccessfully: true } ? known.Result : RepositoryReading.None;
    }

    private IEnumerable<Measurement<double>> PerNode(IEnumerable<(string Node, DateTimeOffset At)> moments) => moments.GroupBy(m => m.Node).SelectMany(g =>
        Enumerable.Range(0, _nodes.Count).Where(n => _nodes[n] == g.Key).Select(n => new Measurement<double>(Seconds(g.Max(m => m.At)), new KeyValuePair<string, object?>("node", n + 1))));

    private static IEnumerable<BackupEntry> Latest(ManifestState manifest) => Enum.GetValues<BackupType>().Select(t => manifest.Latest(t)).OfType<BackupEntry>();

    private static IEnumerable<Measurement<double>> Window(RepositoryReading reading, Func<IReadOnlyList<RestorableWindow>, DateTimeOffset> moment) =>
        reading.Timeline is { Windows: { Count: > 0 } windows } ? [new(Seconds(moment(windows)))] : [];

    private static IEnumerable<Measurement<double>> Sizes(BackupType type, long logical, long stored, long fresh) =>
        new[] { ("logical", logical), ("stored", stored), ("new", fresh), ("deduplicated", stored - fresh) }.Select(s =>
            new Measurement<double>(s.Item2, new KeyValuePair<string, object?>("type", Human.Word(type)), new KeyValuePair<string, object?>("kind", s.Item1)));

    private static Measurement<double> Of(BackupType type, double value) => new(value, new KeyValuePair<string, object?>("type", Human.Word(type)));

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;
}
