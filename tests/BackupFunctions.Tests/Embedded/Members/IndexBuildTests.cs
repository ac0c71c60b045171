using BackupFunctions.Tests.Embedded.Server;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Embedded.Members;

public sealed class IndexBuildTests
{
    [Fact]
    public async Task An_index_that_is_being_built_is_told_as_servers_tell_it()
    {
        await using var set = await RunningSet.Start();
        await set.Insert(1);
        var build = set.Controls.StartIndexBuild("test", "c", BsonDocument.Parse("{key: {a: 1}, name: 'a'}"));
        await set.Insert(2);
        var spec = BsonDocument.Parse("{v: 2, key: {a: 1}, name: 'a'}");
        (await List(set, []))[1].ShouldBe(spec);
        (await List(set, new("includeBuildUUIDs", true)))[1].ShouldBe(new BsonDocument { { "spec", spec }, { "buildUUID", new BsonBinaryData(build, GuidRepresentation.Standard) } });

        set.Controls.CommitIndexBuild("test", "c");
        (await List(set, new("includeBuildUUIDs", true))).Skip(1).ShouldBe([spec]);
        var commands = await RunningSet.Oplog(set.Client).Find(new BsonDocument("op", "c")).Sort("{$natural: 1}").ToListAsync();
        commands.Select(c => c["o"].AsBsonDocument).Select(o => (o.GetElement(0).Name, o.GetValue("indexBuildUUID", BsonNull.Value))).TakeLast(2).ShouldBe(
            [("startIndexBuild", new BsonBinaryData(build, GuidRepresentation.Standard)), ("commitIndexBuild", new BsonBinaryData(build, GuidRepresentation.Standard))]);
    }

    private static async Task<List<BsonValue>> List(RunningSet set, BsonDocument arguments) =>
        [.. (await set.Client.Run(new BsonDocument("listIndexes", "c").AddRange(arguments), "test"))["cursor"]["firstBatch"].AsBsonArray];
}
