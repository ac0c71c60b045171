using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Mongo;

public class CreatedCollectionsTests
{
    private const string Create = "{create: 'tmp', idIndex: {v: 2, key: {_id: 1}, name: '_id_'}}", Rename = "{renameCollection: 'shop.tmp', to: 'shop.a'}", Again = "{renameCollection: 'shop.a', to: 'shop.b'}";

    [Theory]
    [InlineData(true, Create, Rename)]
    [InlineData(true, Create, Rename, Again)]
    [InlineData(true, "{applyOps: [{op: 'c', ns: 'shop.$cmd', o: {create: 'tmp'}}]}", Rename)]
    [InlineData(true, Create, "{applyOps: [{op: 'c', ns: 'shop.$cmd', o: {renameCollection: 'shop.tmp', to: 'shop.a'}}]}", Again)]
    [InlineData(false, Rename)]
    [InlineData(false, Create, Again)]
    [InlineData(false, Create, Rename, Rename)]
    [InlineData(false, Create, "{drop: 'tmp'}", Rename)]
    [InlineData(false, "{applyOps: [{op: 'c', ns: 'shop.$cmd', o: {renameCollection: 'shop.tmp', to: 'shop.a'}}]}")]
    public void Only_what_was_created_meanwhile_may_be_renamed(bool may, params string[] commands)
    {
        // each in a part of its own, as a long dump captures them
        IReadOnlyList<string> names = [];
        var followed = new List<bool>();
        foreach (var command in commands)
        {
            var created = new CreatedCollections(names);
            followed.Add(created.Follow(OplogOperation.Read(new BsonDocument { { "op", "c" }, { "ns", "shop.$cmd" }, { "o", BsonDocument.Parse(command) } }.ToBson())));
            names = created.Names;
        }
        followed[^1].ShouldBe(may);
        followed.SkipLast(1).ShouldAllBe(f => f);
    }
}
