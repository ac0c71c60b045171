using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using BackupFunctions.Restore;

namespace BackupFunctions.Tests.Restore.Replay;

public class SeriesIndexTests
{
    [Theory]
    [InlineData("{meta: 1, 'control.min.t': 1, 'control.max.t': 1}", "{m: 1, t: 1}")]
    [InlineData("{'meta.a.b': -1}", "{'m.a.b': -1}")]
    [InlineData("{'control.max.v': -1.0, 'control.min.v': -1.0}", "{v: -1.0}")]
    [InlineData("{'control.max.v': -0.5, 'control.min.v': -0.5, meta: 'hashed'}", "{v: -0.5, m: 'hashed'}")]
    [InlineData("{'data.place': '2dsphere_bucket'}", "{place: '2dsphere'}")]
    [InlineData("{metadata: 1}", null)]
    [InlineData("{'control.min.v': 1}", null)]
    [InlineData("{'control.min.v': 1, 'control.max.w': 1}", null)]
    [InlineData("{'control.min.v': 1, 'control.max.v': -1}", null)]
    [InlineData("{'control.min.v': -1, 'control.max.v': -1}", null)]
    [InlineData("{'control.closed': 1}", null)]
    public void Keys_of_buckets_are_listed_as_keys_of_measurements(string buckets, string? listed)
    {
        var found = SeriesIndex.Listed(Series("{timeField: 't', metaField: 'm'}"), Mongo.Bson.Raw($"{{v: 2, key: {buckets}, name: 'n', hidden: true}}"));
        if (listed is null) found.ShouldBeNull();
        else found.ShouldNotBeNull().Bytes().ToArray().ShouldBe(Mongo.Bson.Bytes($"{{v: 2, key: {listed}, name: 'n', hidden: true}}"));
    }

    [Fact]
    public void Without_a_meta_field_nothing_is_an_index_on_it() =>
        SeriesIndex.Listed(Series("{timeField: 't'}"), Mongo.Bson.Raw("{key: {meta: 1}, name: 'n'}")).ShouldBeNull();

    [Fact]
    public void What_the_server_keeps_as_the_original_is_listed()
    {
        var index = Mongo.Bson.Raw("{v: 2, key: {'control.min.v': 1, 'control.max.v': 1}, name: 'n', partialFilterExpression: {'control.max.v': {$gt: 5}}, originalSpec: {v: 2, key: {v: 1}, name: 'n', partialFilterExpression: {v: {$gt: 5}}}}");
        SeriesIndex.Listed(Series("{timeField: 't'}"), index).ShouldNotBeNull().Bytes().ToArray().ShouldBe(Mongo.Bson.Bytes("{v: 2, key: {v: 1}, name: 'n', partialFilterExpression: {v: {$gt: 5}}}"));
    }

    private static CollectionSpec Series(string options) => Mongo.Bson.Spec("shop.w", $"{{timeseries: {options}}}") with { Type = CollectionType.Timeseries };
}
