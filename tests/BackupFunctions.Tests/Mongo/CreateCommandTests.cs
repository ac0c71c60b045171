using BackupFunctions.Bson;
using BackupFunctions.Mongo;

namespace BackupFunctions.Tests.Mongo;

public class CreateCommandTests
{
    private const string Majority = "writeConcern: {w: 'majority'}";

    [Theory]
    [InlineData("{capped: true, size: 4096.0, max: 10}", Bson.IdIndex, "{create: 'orders', capped: true, size: 4096.0, max: 10, " + Majority + "}")]
    [InlineData("{create: 'old', autoIndexId: false, recordIdsReplicated: true, temp: true, flags: 1}", Bson.IdIndex, "{create: 'orders', flags: 1, " + Majority + "}")]
    [InlineData("{futureOption: {b: 1, a: 2}}", Bson.IdIndex, "{create: 'orders', futureOption: {b: 1, a: 2}, " + Majority + "}")]
    [InlineData("{collation: {locale: 'de'}}", "{v: 2, key: {_id: 1}, name: '_id_', ns: 'shop.orders', collation: {locale: 'de'}}",
        "{create: 'orders', collation: {locale: 'de'}, idIndex: {v: 2, key: {_id: 1}, name: '_id_', collation: {locale: 'de'}}, " + Majority + "}")]
    [InlineData("{}", "{v: 1, key: {_id: 1}, name: '_id_', ns: 'shop.orders', unique: true}",
        "{create: 'orders', idIndex: {v: 1, key: {_id: 1}, name: '_id_'}, " + Majority + "}")]
    [InlineData("{clusteredIndex: {v: 2, key: {_id: 1}, name: 'c', unique: true}}", "{v: 2, key: {_id: 1}, name: 'c', unique: true, clustered: true}",
        "{create: 'orders', clusteredIndex: {v: 2, key: {_id: 1}, name: 'c', unique: true}, " + Majority + "}")]
    public void Options_are_passed_on_in_their_order_and_the_id_index_only_at_creation(string options, string index, string command) =>
        CreateCommand.Build(Bson.Spec(options: options, indexes: index)).Bytes().ToArray().ShouldBe(Bson.Bytes(command));

    [Fact]
    public void A_view_keeps_the_field_order_of_its_pipeline()
    {
        var view = Bson.Spec("shop.v", "{viewOn: 'orders', pipeline: [{$project: {z: 1, a: 1}}], collation: {locale: 'en'}}") with { Type = CollectionType.View, Indexes = [] };
        CreateCommand.Build(view).Bytes().ToArray().ShouldBe(
            Bson.Bytes("{create: 'v', viewOn: 'orders', pipeline: [{$project: {z: 1, a: 1}}], collation: {locale: 'en'}, writeConcern: {w: 'majority'}}"));
    }

    // losses of other tools, from MONGODB rules: each spec goes through byte for byte
    [Theory]
    [InlineData("{v: 2, key: {a: 1}, name: 'a_1', hidden: true}")]
    [InlineData("{v: 2, key: {_id: 'hashed'}, name: '_id_hashed'}")]
    [InlineData("{v: 2, key: {loc: '2dsphere'}, name: 'loc_2dsphere'}")]
    [InlineData("{v: 2, key: {a: -1}, name: 'a_-1'}")]
    [InlineData("{v: 2, key: {a: 1.5}, name: 'a_1.5'}")]
    [InlineData("{v: 2, key: {a: 1}, name: 'a_1', partialFilterExpression: {}}")]
    [InlineData("{v: 2, key: {'$**': 1}, name: 'all', wildcardProjection: {b: 0, a: 0}}")]
    [InlineData("{v: 1, key: {a: 1}, name: 'a_1', unique: 1, background: true}")]
    public void Index_specs_are_passed_on_verbatim(string index)
    {
        var spec = Bson.Spec(indexes: [Bson.IdIndex, index]);
        CreateIndexesCommand.Build(spec, CreateIndexesCommand.Groups(spec).ShouldHaveSingleItem()).Bytes().ToArray()
            .ShouldBe(Bson.Bytes($"{{createIndexes: 'orders', indexes: [{index}], writeConcern: {{w: 'majority'}}}}"));
    }

    [Fact]
    public void The_namespace_of_old_servers_is_left_out_of_index_specs()
    {
        var spec = Bson.Spec(indexes: [Bson.IdIndex, "{v: 2, key: {a: 1}, name: 'a', ns: 'shop.old', sparse: true}"]);
        CreateIndexesCommand.Build(spec, CreateIndexesCommand.Groups(spec)[0], ignoreUnknownOptions: true).Bytes().ToArray().ShouldBe(
            Bson.Bytes("{createIndexes: 'orders', indexes: [{v: 2, key: {a: 1}, name: 'a', sparse: true}], ignoreUnknownIndexOptions: true, writeConcern: {w: 'majority'}}"));
    }

    [Fact]
    public void An_index_without_collation_stays_simple_in_a_collection_that_has_one()
    {
        var spec = Bson.Spec(options: "{collation: {locale: 'de'}}",
            indexes: [Bson.IdIndex, "{v: 2, key: {a: 1}, name: 'a'}", "{v: 2, key: {b: 1}, name: 'b', collation: {locale: 'fr'}}"]);
        CreateIndexesCommand.Build(spec, CreateIndexesCommand.Groups(spec)[0]).Bytes().ToArray().ShouldBe(Bson.Bytes(
            "{createIndexes: 'orders', indexes: [{v: 2, key: {a: 1}, name: 'a', collation: {locale: 'simple'}}, {v: 2, key: {b: 1}, name: 'b', collation: {locale: 'fr'}}], writeConcern: {w: 'majority'}}"));
    }

    [Fact]
    public void Ttl_indexes_are_built_last_and_the_id_and_clustered_ones_not_at_all()
    {
        var spec = Bson.Spec(indexes:
        [
            "{v: 2, key: {at: 1}, name: 'ttl', expireAfterSeconds: {$numberLong: '3600'}}", Bson.IdIndex, "{v: 2, key: {u: 1}, name: 'u', unique: true}",
            "{v: 2, key: {_id: 1}, name: 'c', clustered: true, unique: true}", "{v: 2, key: {_id: 'hashed'}, name: 'h'}",
        ]);
        CreateIndexesCommand.Groups(spec).Select(g => g.Select(IndexSpec.Name).ToArray()).ShouldBe([["u", "h"], ["ttl"]]);
    }
}
