using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Tests.Repositories;

namespace BackupFunctions.Tests.Manifest;

public sealed class ManifestStatisticsTests : IDisposable
{
    private readonly TestRepository _repository = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task They_count_runs_bytes_and_durations_per_type()
    {
        var manifest = await _repository.Create();
        await manifest.Append(
        [
            new BackupRecorded(Made(1, minutes: 10, bytes: 300, stored: 100, fresh: 100)),
            new BackupRecorded(Made(2, minutes: 30, bytes: 500, stored: 100, fresh: 25) with { Copies = [] }),
            new BackupRecorded(Made(3, minutes: 20, bytes: 400, stored: 200, fresh: 75)),
            new BackupRecorded(Made(4, minutes: 1, bytes: 7, stored: 7, fresh: 7) with { Type = BackupType.Incremental }),
            new RunFailed(BackupType.Full, Entries.Entry(3).Started, Entries.Entry(3).Started, ErrorKind.Failed),
        ], null, Cancellation);
        var state = await manifest.Load(Cancellation);

        var all = ManifestStatistics.Of(state, new());
        all.Select(s => s.Type).ShouldBe([BackupType.Full, BackupType.Incremental]);
        var full = all[0];
        (full.Backups, full.Degraded, full.Failures, full.SuccessRate).ShouldBe((3, 1, 1, 0.75));
        (full.Bytes, full.StoredBytes, full.NewBytes, full.CompressionRatio, full.DeduplicationRatio).ShouldBe((1200, 400, 200, 3.0, 2.0));
        (full.MedianDuration, full.LongestDuration, full.LastSuccess).ShouldBe((TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(30), Made(2, 30, 0, 0, 0).Completed));
        (all[1].Failures, all[1].SuccessRate).ShouldBe((0, 1.0));

        ManifestStatistics.Of(state, new(Since: Entries.Entry(3).Started)).ShouldContain(s => s.Type == BackupType.Full && s.Backups == 1 && s.SuccessRate == 0.5);
        ManifestStatistics.Of(state, new(Since: Entries.Entry(9).Started)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null, null, null, null, "1 2 3")]
    [InlineData(BackupType.Incremental, null, null, null, "3")]
    [InlineData(null, 2, null, null, "2 3")]
    [InlineData(null, null, 3, null, "1 2")]
    [InlineData(null, 2, 2, null, "")]
    [InlineData(null, null, null, "shop.1", "1 3")]
    [InlineData(null, null, null, "shop.*", "1 2 3")]
    [InlineData(BackupType.Full, null, null, "crm.*", "")]
    public void A_query_chooses_by_type_time_and_namespace(BackupType? type, int? since, int? until, string? pattern, string numbers)
    {
        var query = new BackupQuery(type, Start(since), Start(until), pattern is null ? null : NamespacePattern.ParseAll([pattern], "--namespace")[0]);
        BackupEntry[] backups = [Entries.Entry(1), Entries.Entry(2), Entries.Entry(3) with { Type = BackupType.Incremental, Namespaces = [] }];
        string.Join(' ', backups.Where(query.Matches).Select(b => b.Documents)).ShouldBe(numbers);
    }

    private static DateTimeOffset? Start(int? number) => number is { } n ? Entries.Entry(n).Started : null;

    private static BackupEntry Made(int number, int minutes, long bytes, long stored, long fresh)
    {
        var entry = Entries.Entry(number);
        return entry with { Completed = entry.Started.AddMinutes(minutes), Bytes = bytes, StoredBytes = stored, NewBytes = fresh };
    }
}
