using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using BackupFunctions.Tests.Mongo.Server;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Restore.Replay;

public sealed class ApplyOpsApplierTests(MongoServerFixture server) : ApplierConformance(server), IClassFixture<MongoServerFixture>
{
    private protected override async Task<IOperationApplier> Applier()
    {
        var applier = await ApplyOpsApplier.Probe(Commands, new OperationByOperation(Commands, parallelism: 2), Cancellation);
        if (applier is null) Assert.Skip("the server does not take applyOps from this account");
        return applier;
    }
}

/// <summary>How applyOps is asked for and given up, with a server that is scripted.</summary>
public sealed class ApplyOpsChoiceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(MongoErrors.Unauthorized)]
    [InlineData(MongoErrors.CommandNotFound)]
    public async Task Where_applyOps_is_not_allowed_it_is_not_used(int code) => (await Probe(new Script(code))).ShouldBeNull();

    [Fact]
    public async Task Old_servers_are_told_not_to_make_missing_documents_and_new_ones_refuse_to_be_told()
    {
        var old = new Script();
        await (await Probe(old)).ShouldNotBeNull().Apply([Insert()], Cancellation);
        old.Sent[^1]["alwaysUpsert"].ShouldBe(false);
        var later = new Script { RefusesUpsert = true };
        await (await Probe(later)).ShouldNotBeNull().Apply([Insert()], Cancellation);
        later.Sent[^1].Contains("alwaysUpsert").ShouldBeFalse();
    }

    [Fact]
    public async Task Operations_are_sent_without_ui_with_validation_bypassed_and_in_batches()
    {
        var script = new Script();
        await (await Probe(script)).ShouldNotBeNull().Apply([.. Enumerable.Repeat(Insert(), 12_000)], Cancellation);
        var batches = script.Sent.Where(c => c["applyOps"].AsBsonArray.Count > 0).ToList();
        batches.Count.ShouldBe(3);
        batches.ShouldAllBe(b => b["bypassDocumentValidation"] == true);
        batches[0]["applyOps"][0].ShouldBe(BsonDocument.Parse("{op: 'i', ns: 'shop.c', o: {_id: 1}}"));
    }

    [Fact]
    public async Task What_the_server_refuses_is_applied_operation_by_operation()
    {
        var script = new Script { FailsWith = 8 };
        var otherwise = new Recorder();
        var applier = (await Probe(script, otherwise)).ShouldNotBeNull();
        await applier.Apply([Insert()], Cancellation);
        await applier.Apply([Insert()], Cancellation);
        (otherwise.Operations, script.Sent.Count).ShouldBe((2, 3));
    }

    [Theory]
    [InlineData(OplogOperationKind.Insert, "{_id: 1, t: {$timestamp: {t: 0, i: 0}}}", true)]
    [InlineData(OplogOperationKind.Update, "{_id: 1, t: {$timestamp: {t: 0, i: 0}}}", true)]
    [InlineData(OplogOperationKind.Update, "{$set: {t: {$timestamp: {t: 0, i: 0}}}}", false)]
    [InlineData(OplogOperationKind.Update, "{$v: 2, diff: {i: {t: {$timestamp: {t: 0, i: 0}}}}}", false)]
    [InlineData(OplogOperationKind.Insert, "{_id: 1, n: {t: {$timestamp: {t: 0, i: 0}}}, t: {$timestamp: {t: 0, i: 1}}}", false)]
    public async Task A_whole_document_whose_empty_timestamp_the_server_would_replace_is_written_operation_by_operation(OplogOperationKind kind, string o, bool writes)
    {
        var script = new Script();
        var otherwise = new Recorder();
        await (await Probe(script, otherwise)).ShouldNotBeNull().Apply([Insert(), Insert() with { Kind = kind, O = Mongo.Bson.Bytes(o) }], Cancellation);
        (otherwise.Operations, script.Sent.Count(c => c["applyOps"].AsBsonArray.Count > 0)).ShouldBe(writes ? (2, 0) : (0, 1));
    }

    [Fact]
    public async Task Once_applyOps_is_forbidden_it_is_not_tried_again()
    {
        var script = new Script { FailsWith = MongoErrors.Unauthorized };
        var otherwise = new Recorder();
        var applier = (await Probe(script, otherwise)).ShouldNotBeNull();
        for (var i = 0; i < 5; i++) await applier.Apply([Insert()], Cancellation);
        (otherwise.Operations, script.Sent.Count).ShouldBe((5, 2));
    }

    private static DocumentOperation Insert() =>
        new(new ReplayTarget(new("shop", "c"), false, false), OplogOperationKind.Insert, Mongo.Bson.Bytes("{_id: 1}"), Mongo.Bson.Bytes("{_id: 1}"));

    private static Task<ApplyOpsApplier?> Probe(Script script, IOperationApplier? otherwise = null) =>
        ApplyOpsApplier.Probe(new TargetCommands(script.Run, BackupFunctions.Mongo.ServerVersion.Parse("7.0.0"), TimeProvider.System), otherwise ?? new Recorder(), Cancellation);

    private sealed class Recorder : IOperationApplier
    {
        public int Operations { get; private set; }

        public Task<AppliedOperations> Apply(IReadOnlyList<DocumentOperation> operations, CancellationToken cancellationToken)
        {
            Operations += operations.Count;
            return Task.FromResult(new AppliedOperations(0));
        }
    }

    private sealed class Script(int? code = null)
    {
        public List<BsonDocument> Sent { get; } = [];

        public bool RefusesUpsert { get; init; }

        public int? FailsWith { get; init; }

        public Task<RawBsonDocument> Run(string database, RawBsonDocument command, CancellationToken cancellationToken)
        {
            var sent = MongoDB.Bson.Serialization.BsonSerializer.Deserialize<BsonDocument>(BackupFunctions.Bson.RawBson.Bytes(command).ToArray());
            Sent.Add(sent);
            if (code is { } never) throw Error(never);
            if (RefusesUpsert && sent.Contains("alwaysUpsert")) throw Error(6711600);
            if (FailsWith is { } failure && sent["applyOps"].AsBsonArray.Count > 0) throw Error(failure);
            return Task.FromResult(Mongo.Bson.Raw("{ok: 1}"));
        }

        private static MongoCommandException Error(int code) => new(
            new MongoDB.Driver.Core.Connections.ConnectionId(new MongoDB.Driver.Core.Servers.ServerId(new MongoDB.Driver.Core.Clusters.ClusterId(1), new System.Net.DnsEndPoint("host", 1))),
            "refused", [], new BsonDocument { { "ok", 0 }, { "code", code } });
    }
}
