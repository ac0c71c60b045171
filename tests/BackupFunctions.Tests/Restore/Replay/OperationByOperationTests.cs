using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using BackupFunctions.Tests.Mongo.Server;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Restore.Replay;

public sealed class OperationByOperationTests(MongoServerFixture server) : ApplierConformance(server), IClassFixture<MongoServerFixture>
{
    private static readonly ReplayTarget Collated = new(new("shop", "c"), IsCapped: false, HasCollation: true);

    private protected override Task<IOperationApplier> Applier() => Task.FromResult<IOperationApplier>(new OperationByOperation(Commands, parallelism: 3));

    [Fact]
    public async Task Updates_that_miss_are_counted()
    {
        (await Apply(Insert("{_id: 1}"), Update("{_id: 2}", "{$set: {a: 1}}"), Update("{_id: 2}", "{$set: {a: 2}}"), Delete("{_id: 3}"), Update("{_id: 3}", "{$set: {a: 1}}"))).Missing.ShouldBe(3);
        await Holds("{_id: 1}");
    }

    [Fact]
    public async Task Names_with_a_dollar_sign_at_the_top_are_written_as_they_are()
    {
        await Apply(Insert("{_id: 1, $a: 1}"));
        await Holds("{_id: 1, $a: 1}");
    }

    [Fact]
    public void A_collection_with_a_collation_finds_ids_by_exact_value()
    {
        var document = Mongo.Bson.Bytes("{_id: 'a', x: 1}");
        foreach (var command in new[]
        {
            WriteCommands.Replace(Collated, [document], ServerVersion.Parse("7.0.0")),
            WriteCommands.Delete(Collated, [Mongo.Bson.Bytes("{_id: 'a'}")]),
            WriteCommands.Find(Collated, [Mongo.Bson.Bytes("{_id: 'a'}")]),
        }) BsonDocument.Parse(command.ToJson()).ToJson().ShouldContain("\"collation\" : { \"locale\" : \"simple\" }");
    }

    [Fact]
    public void A_command_stays_below_48_million_bytes_whatever_the_documents_are()
    {
        ReadOnlyMemory<byte> longest = new byte[InsertCommand.LongestDocument], half = new byte[WriteCommands.MostBytes / 2], small = new byte[100];
        var runs = WriteCommands.Cut([small, half, half, longest, longest, .. Enumerable.Repeat(small, 2500)], d => d.Length).ToList();
        runs.Sum(r => r.Count).ShouldBe(2505);
        runs.ShouldAllBe(r => r.Sum(d => d.Length) < 48_000_000 && r.Count <= WriteCommands.MostDocuments);
    }
}
