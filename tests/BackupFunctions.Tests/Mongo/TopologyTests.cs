using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Mongo;

public class TopologyTests
{
    [Theory]
    [InlineData("{isWritablePrimary: true}", DeploymentKind.Standalone)]
    [InlineData("{isWritablePrimary: true, setName: 'rs0', hosts: ['a:1']}", DeploymentKind.ReplicaSet)]
    [InlineData("{isWritablePrimary: true, msg: 'isdbgrid'}", DeploymentKind.Sharded)]
    public void The_kind_is_read_from_hello(string hello, DeploymentKind kind) => Topology.KindOf(BsonDocument.Parse(hello)).ShouldBe(kind);

    [Theory]
    [InlineData("8.0.0", true)]
    [InlineData("8.2.1-rc0", true)]
    [InlineData("7.0.13", true)]
    [InlineData("7.0.12", false)]
    [InlineData("7.3.20", false)]
    [InlineData("6.0.17", true)]
    [InlineData("5.0.29", true)]
    [InlineData("5.0.28", false)]
    [InlineData("4.4.29", false)]
    public void Servers_that_can_keep_empty_timestamps_are_known(string version, bool keeps) =>
        ServerVersion.Parse(version).KeepsEmptyTimestamps.ShouldBe(keeps);

    [Fact]
    public void Versions_are_ordered_by_number() => (ServerVersion.Parse("4.10.0") > ServerVersion.Parse("4.9.12")).ShouldBeTrue();
}
