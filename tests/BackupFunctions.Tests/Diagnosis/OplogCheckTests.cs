using BackupFunctions.Diagnosis;
using BackupFunctions.Mongo;

namespace BackupFunctions.Tests.Diagnosis;

public sealed class OplogCheckTests
{
    private static readonly Topology ReplicaSet = new() { Version = ServerVersion.Parse("8.0.4"), FeatureCompatibility = "8.0", Kind = DeploymentKind.ReplicaSet, SetName = "rs0", Members = [] };

    [Theory]
    [InlineData(48, 24, Severity.Ok, "reaches back 48h 00m; incremental backups are up to 24h 00m apart")]
    [InlineData(47, 24, Severity.Warning, "reaches back 47h 00m; incremental backups are up to 24h 00m apart: one that fails leaves a gap")]
    [InlineData(24, 24, Severity.Warning, "reaches back 24h 00m; incremental backups are up to 24h 00m apart: one that fails leaves a gap")]
    [InlineData(23, 24, Severity.Warning, "reaches back 23h 00m; incremental backups are up to 24h 00m apart: each leaves a gap, and becomes a full backup")]
    public void The_oplog_has_to_outlast_a_backup_that_fails(int reachesBack, int pause, Severity severity, string text)
    {
        var finding = ServerChecks.Oplog(ReplicaSet, Window(reachesBack, 990), TimeSpan.FromHours(pause))[^1];
        (finding.Severity, finding.Message).ShouldBe((severity, text));
        (finding.Hint is null).ShouldBe(severity == Severity.Ok);
    }

    [Fact]
    public void An_oplog_that_deletes_nothing_yet_is_not_short() =>
        ServerChecks.Oplog(ReplicaSet, Window(1, 500), TimeSpan.FromHours(24))[^1].ShouldBe(
            new("oplog", Severity.Ok, "reaches back 1h 00m and is not full yet; incremental backups are up to 24h 00m apart"));

    [Fact]
    public void Without_a_schedule_there_is_nothing_to_compare_with() => ServerChecks.Oplog(ReplicaSet, Window(1, 990), null).ShouldHaveSingleItem().Severity.ShouldBe(Severity.Ok);

    [Fact]
    public void An_oplog_that_cannot_be_read_takes_the_role_backup() =>
        ServerChecks.Oplog(ReplicaSet, null, null).ShouldHaveSingleItem().ShouldBe(
            new("oplog", Severity.Warning, "the oplog cannot be read", "run a replica set, and give the account the role backup"));

    private static OplogWindow Window(int hours, long bytes) => new(new(1_000_000, 1, 1), new(1_000_000 + ((uint)hours * 3600), 1, 1), bytes, 1_000);
}
