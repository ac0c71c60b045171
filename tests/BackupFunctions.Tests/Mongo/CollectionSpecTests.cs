using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Mongo;

public class CollectionSpecTests
{
    [Theory]
    [InlineData("{}", Bson.IdIndex, CollectionReadOrder.ById, true)]
    [InlineData("{}", "{v: 2, key: {_id: 1.0}, name: '_id_'}", CollectionReadOrder.ById, true)]
    [InlineData("{capped: true, size: 4096}", Bson.IdIndex, CollectionReadOrder.Natural, false)]
    [InlineData("{capped: false}", Bson.IdIndex, CollectionReadOrder.ById, true)]
    [InlineData("{capped: 1.0}", Bson.IdIndex, CollectionReadOrder.Natural, false)]
    [InlineData("{autoIndexId: false}", "{v: 2, key: {a: 1}, name: 'a_1'}", CollectionReadOrder.Natural, false)]
    [InlineData("{}", "{v: 2, key: {_id: 'hashed'}, name: '_id_hashed'}", CollectionReadOrder.Natural, false)]
    [InlineData("{}", "{v: 2, key: {_id: 1, a: 1}, name: '_id_1_a_1'}", CollectionReadOrder.Natural, false)]
    [InlineData("{clusteredIndex: {v: 2, key: {_id: 1}, name: 'c', unique: true}}", "{v: 2, key: {_id: 1}, name: 'c', unique: true, clustered: true}", CollectionReadOrder.ById, true)]
    [InlineData("{collation: {locale: 'de'}}", "{v: 2, key: {_id: 1}, name: '_id_', collation: {locale: 'de'}}", CollectionReadOrder.ById, false)]
    [InlineData("{collation: {locale: 'simple'}}", Bson.IdIndex, CollectionReadOrder.ById, true)]
    public void The_read_order_follows_from_options_and_indexes(string options, string index, CollectionReadOrder order, bool canSplit)
    {
        var spec = Bson.Spec(options: options, indexes: index);
        spec.ReadOrder.ShouldBe(order);
        spec.CanSplit.ShouldBe(canSplit);
    }

    [Fact]
    public void An_entry_of_listCollections_keeps_its_options_verbatim()
    {
        var options = Bson.Bytes("{validator: {$or: [{a: {$type: 'int'}}]}, futureOption: {x: 1.0}, validator2: 1}");
        using var entry = new RawBsonBuilder();
        entry.Add("name", "odd\n%/name").Add("type", "collection").Add("options", options).BeginDocument("info")
            .Element(new BsonDocument("uuid", new BsonBinaryData(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), GuidRepresentation.Standard)).ToBson().AsSpan()[4..^1]).End();
        var spec = CollectionLister.FromEntry("db", entry.ToDocument());
        spec.Namespace.ShouldBe(new Namespace("db", "odd\n%/name"));
        spec.Options.Bytes().ToArray().ShouldBe(options);
        spec.Uuid.ShouldBe(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));
    }

    [Theory]
    [InlineData("{name: 'v', type: 'view', options: {viewOn: 'a', pipeline: []}}", CollectionType.View)]
    [InlineData("{name: 't', type: 'timeseries', options: {timeseries: {timeField: 'ts'}}}", CollectionType.Timeseries)]
    [InlineData("{name: 'c', type: 'collection', options: {}}", CollectionType.Collection)]
    [InlineData("{name: 'c'}", CollectionType.Collection)]
    public void Views_and_time_series_are_told_apart(string entry, CollectionType type)
    {
        var spec = CollectionLister.FromEntry("db", Bson.Raw(entry));
        spec.Type.ShouldBe(type);
        spec.Options.Bytes().Length.ShouldBeGreaterThanOrEqualTo(5);
    }

    [Theory]
    [InlineData("shop.enxcol_.orders.esc", "{}")]
    [InlineData("shop.orders", "{encryptedFields: {fields: []}}")]
    public void Queryable_encryption_is_detected_and_warned_about(string ns, string options) =>
        Bson.Spec(ns, options).Warning.ShouldNotBeNull().ShouldContain("Queryable Encryption");
}
