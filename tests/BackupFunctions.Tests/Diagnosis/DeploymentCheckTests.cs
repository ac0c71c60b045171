using BackupFunctions.Diagnosis;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Diagnosis;

/// <summary>What <c>doctor</c> says of the members of a replica set, and of whether a full backup can be read as of one moment.</summary>
public sealed class DeploymentCheckTests
{
    private const string ByOplog = "a full backup is made whole by the oplog that is written meanwhile";

    private static readonly Topology Set = new()
    {
        Version = ServerVersion.Parse("8.0.4"),
        FeatureCompatibility = "8.0",
        Kind = DeploymentKind.ReplicaSet,
        SetName = "rs0",
        Members = [new("a:27017", "PRIMARY")],
    };

    private static readonly IReadOnlyList<CollectionSpec> Plain = [Collection("{}")];

    [Fact]
    public void Members_that_replicate_or_only_vote_need_no_word() =>
        ServerChecks.Members(Set with { Members = [new("a:27017", "PRIMARY"), new("b:27017", "SECONDARY"), new("c:27017", "ARBITER")] }).ShouldBeEmpty();

    [Fact]
    public void Where_the_account_may_not_ask_for_their_state_nothing_is_guessed() => ServerChecks.Members(Set with { Members = [new("a:27017", null)] }).ShouldBeEmpty();

    [Theory]
    [InlineData("(not reachable/healthy)")]
    [InlineData("RECOVERING")]
    [InlineData("STARTUP2")]
    [InlineData("ROLLBACK")]
    public void Each_other_member_is_told_with_its_state(string state) =>
        ServerChecks.Members(Set with { Members = [new("a:27017", "PRIMARY"), new("b:27017", state), new("c:27017", "SECONDARY")] }).ShouldHaveSingleItem().ShouldBe(
            new("members", Severity.Warning, $"b:27017 is {state}", "a write is backed up only when a majority of the members has it"));

    [Fact]
    public void The_members_are_counted()
    {
        ServerChecks.Describe(Set).ShouldBe("replica set rs0, 1 member");
        ServerChecks.Describe(Set with { Members = [.. Set.Members, new("b:27017", "SECONDARY"), new("c:27017", "ARBITER")] }).ShouldBe("replica set rs0, 3 members");
        ServerChecks.Describe(Set with { Kind = DeploymentKind.Standalone, SetName = null, Members = [] }).ShouldBe("a standalone server");
    }

    [Fact]
    public void A_replica_set_is_read_as_of_one_moment() => Snapshots(Set, Plain).ShouldBe("a full backup that is quick enough reads everything as of one moment");

    [Theory]
    [InlineData("7.0.0", true)]
    [InlineData("6.0.19", false)]
    public void It_is_from_the_version_on_that_can(string version, bool can) => (Snapshots(Set with { Version = ServerVersion.Parse(version) }, Plain) == Snapshots(Set, Plain)).ShouldBe(can);

    [Fact]
    public void A_standalone_server_cannot() => Snapshots(Set with { Kind = DeploymentKind.Standalone, SetName = null, Members = [] }, Plain).ShouldBe($"not supported by this deployment: {ByOplog}");

    [Fact]
    public void A_capped_collection_prevents_it_and_is_named() =>
        Snapshots(Set, [.. Plain, Collection("{capped: true, size: 4096}") with { Namespace = new("shop", "log") }]).ShouldBe($"not used, because shop.log is capped: {ByOplog}");

    private static string Snapshots(Topology topology, IReadOnlyList<CollectionSpec> collections)
    {
        var finding = ServerChecks.Snapshots(topology, collections);
        (finding.Check, finding.Severity).ShouldBe(("snapshot", Severity.Ok));
        return finding.Message;
    }

    private static CollectionSpec Collection(string options) => new()
    {
        Namespace = new("shop", "orders"),
        Type = CollectionType.Collection,
        Options = new RawBsonDocument(BsonDocument.Parse(options).ToBson()),
        Indexes = [],
    };
}
