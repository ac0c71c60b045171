using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Mongo;

/// <summary>The commands that a server is sent for a time series.</summary>
public class TimeseriesWritingTests
{
    private const string Refusal = "Cannot write time-series bucket containing mixed schema data, please run collMod with timeseriesBucketsMayHaveMixedSchemaData and retry your insert";

    private const string Options = "{expireAfterSeconds: {$numberLong: '60'}, timeseries: {timeField: 't', granularity: 'seconds', bucketMaxSpanSeconds: 3600}}";

    private static readonly CollectionSpec Series = Bson.Spec("shop.w", Options) with { Type = CollectionType.Timeseries, Indexes = [] };

    private readonly List<BsonDocument> _sent = [];
    private bool _takesMixedSchema;

    [Fact]
    public void It_is_created_with_its_options_but_what_would_delete_by_age() => Text(CreateCommand.Build(Series))
        .ShouldBe(BsonDocument.Parse("{create: 'w', timeseries: {timeField: 't', granularity: 'seconds', bucketMaxSpanSeconds: 3600}, writeConcern: {w: 'majority'}}"));

    [Fact]
    public async Task Buckets_are_inserted_raw_and_the_mark_of_mixed_schemas_is_set_when_one_needs_it()
    {
        var summary = await new DocumentInserter(Run, ServerVersion.Parse("8.0.4"), TimeProvider.System).Insert(Series, [Bson.Bytes("{_id: 1}"), Bson.Bytes("{_id: 2}")], TestContext.Current.CancellationToken);
        summary.Documents.ShouldBe(2);
        _sent.Select(c => c.GetElement(0).ToString()).ShouldBe(["insert=system.buckets.w", "collMod=w", "insert=system.buckets.w"]);
        _sent[0]["bypassDocumentValidation"].ShouldBe(BsonBoolean.True);
        _sent[1].ShouldBe(BsonDocument.Parse("{collMod: 'w', timeseriesBucketsMayHaveMixedSchemaData: true, writeConcern: {w: 'majority'}}"));
    }

    [Fact]
    public async Task A_replay_sets_the_mark_too()
    {
        var target = new ReplayTarget(Series.DataNamespace, IsCapped: false, HasCollation: false);
        await new DocumentWrites(new TargetCommands(Run, ServerVersion.Parse("8.0.4"), TimeProvider.System)).Replace(target, [Bson.Bytes("{_id: 1}"), Bson.Bytes("{_id: 2}")], TestContext.Current.CancellationToken);
        _sent.Select(c => c.GetElement(0).ToString()).ShouldBe(["update=system.buckets.w", "collMod=w", "update=system.buckets.w"]);
    }

    private Task<RawBsonDocument> Run(string database, RawBsonDocument command, CancellationToken cancellationToken)
    {
        database.ShouldBe("shop");
        var document = Text(command);
        _sent.Add(document);
        _takesMixedSchema |= document.Contains("collMod");
        return Task.FromResult(Bson.Raw(_takesMixedSchema ? "{ok: 1, n: 2}" : $"{{ok: 1, n: 1, writeErrors: [{{index: 1, code: 9999, errmsg: '{Refusal}'}}]}}"));
    }

    private static BsonDocument Text(RawBsonDocument document) => MongoDB.Bson.Serialization.BsonSerializer.Deserialize<BsonDocument>(document.Bytes().ToArray());
}
