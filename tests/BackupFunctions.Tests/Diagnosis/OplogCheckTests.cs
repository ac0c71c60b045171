using BackupFunctions.Diagnosis;
using BackupFunctions.Mongo;

namespace BackupFunctions.Tests.Diagnosis;

public sealed class OplogCheckTests
{
    private static readonly Topology ReplicaSet = new() { Version = ServerVersion.Parse("8.0.4"), FeatureCompatibility = "8.0", Kind = DeploymentKind.ReplicaSet, SetName = "rs0", Members = [] };

    [Theory]
    [InlineData(48, Severity.Ok, "reaches back 48h 00m when it is full; incremental backups are up to 24h 00m apart")]
    [InlineData(47, Severity.Warning, "reaches back 47h 00m when it is full; incremental backups are up to 24h 00m apart: one that fails leaves a gap")]
    [InlineData(24, Severity.Warning, "reaches back 24h 00m when it is full; incremental backups are up to 24h 00m apart: one that fails leaves a gap")]
    [InlineData(23, Severity.Warning, "reaches back 23h 00m when it is full; incremental backups are up to 24h 00m apart: each leaves a gap")]
    public void The_oplog_has_to_outlast_a_backup_that_fails(int reachesBack, Severity severity, string text)
    {
        var finding = ServerChecks.Oplog(ReplicaSet, Full(reachesBack), TimeSpan.FromHours(24))[^1];
        (finding.Severity, finding.Message).ShouldBe((severity, text));
        (finding.Hint is null).ShouldBe(severity == Severity.Ok);
    }

    [Fact]
    public void An_oplog_that_is_not_full_yet_is_judged_by_what_it_will_hold() =>
        ServerChecks.Oplog(ReplicaSet, Full(12) with { Bytes = 250 }, TimeSpan.FromHours(24))[^1].Severity.ShouldBe(Severity.Ok);

    [Fact]
    public void An_oplog_that_was_just_begun_tells_nothing() =>
        ServerChecks.Oplog(ReplicaSet, new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddMinutes(5), 100, 1_000), TimeSpan.FromHours(24))[^1].ShouldBe(
            new("oplog", Severity.Ok, "too young to tell how far it will reach back when it is full"));

    [Fact]
    public void Without_a_schedule_there_is_nothing_to_compare_with() => ServerChecks.Oplog(ReplicaSet, Full(1), null).ShouldHaveSingleItem().Severity.ShouldBe(Severity.Ok);

    [Fact]
    public void An_oplog_that_cannot_be_read_takes_the_role_backup() =>
        ServerChecks.Oplog(ReplicaSet, null, null).ShouldHaveSingleItem().ShouldBe(
            new("oplog", Severity.Warning, "the oplog cannot be read", "run a replica set, and give the account the role backup"));

    private static OplogReach Full(int hours) => new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddHours(hours), 1_000, 1_000);
}
