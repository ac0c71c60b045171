using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded;

public class QueryTests
{
    // id 1..9: what each filter meets is told by their ids.
    private static readonly string[] Documents =
    [
        "{_id: 1, a: 1}",
        "{_id: 2, a: 'x'}",
        "{_id: 3, a: null}",
        "{_id: 4}",
        "{_id: 5, a: [1, 2, 5]}",
        "{_id: 6, a: {b: 1}}",
        "{_id: 7, a: [{b: 1, c: 1}, {b: 7, c: 2}]}",
        "{_id: 8, a: NaN}",
        "{_id: 9, a: []}",
    ];

    [Theory]
    [InlineData("{}", "123456789")]
    [InlineData("{a: 1}", "15")]
    [InlineData("{a: {$eq: 1.0}}", "15")]
    [InlineData("{a: {$ne: 1}}", "2346789")]
    [InlineData("{a: {$gt: 1}}", "5")]
    [InlineData("{a: {$gte: 1}}", "15")]
    [InlineData("{a: {$lt: 2}}", "15")]
    [InlineData("{a: {$lte: 'y'}}", "2")]
    [InlineData("{a: {$gt: 1, $lt: 2}}", "5")]
    [InlineData("{a: null}", "34")]
    [InlineData("{a: {$ne: null}}", "1256789")]
    [InlineData("{a: {$gte: null}}", "34")]
    [InlineData("{a: NaN}", "8")]
    [InlineData("{a: {$gte: NaN}}", "8")]
    [InlineData("{a: {$gte: {$minKey: 1}}}", "12356789")]
    [InlineData("{a: {$lt: {$maxKey: 1}}}", "12356789")]
    [InlineData("{a: {$in: [1, 'x']}}", "125")]
    [InlineData("{a: {$in: [null, /X/i]}}", "234")]
    [InlineData("{a: {$nin: [1, 'x', null]}}", "6789")]
    [InlineData("{a: {$exists: true}}", "12356789")]
    [InlineData("{a: {$exists: false}}", "4")]
    [InlineData("{a: {$type: 'number'}}", "158")]
    [InlineData("{a: {$type: ['array', 10]}}", "3579")]
    [InlineData("{a: {$size: 3}}", "5")]
    [InlineData("{a: {$size: 0}}", "9")]
    [InlineData("{a: [1, 2, 5]}", "5")]
    [InlineData("{a: []}", "9")]
    [InlineData("{a: {b: 1}}", "6")]
    [InlineData("{'a.b': 1}", "67")]
    [InlineData("{'a.b': null}", "12348")]
    [InlineData("{'a.b': {$exists: false}}", "1234589")]
    [InlineData("{'a.1': 2}", "5")]
    [InlineData("{'a.1.b': 7}", "7")]
    [InlineData("{a: {$all: [1, 2]}}", "5")]
    [InlineData("{a: {$all: [1]}}", "15")]
    [InlineData("{a: {$elemMatch: {$gt: 1, $lt: 5}}}", "5")]
    [InlineData("{a: {$elemMatch: {b: 1, c: 1}}}", "7")]
    [InlineData("{a: {$elemMatch: {b: 1, c: 2}}}", "")]
    [InlineData("{'a.b': 1, 'a.c': 2}", "7")]
    [InlineData("{a: /^X$/i}", "2")]
    [InlineData("{a: {$regex: 'x', $options: ''}}", "2")]
    [InlineData("{a: {$not: {$gte: 1}}}", "2346789")]
    [InlineData("{a: {$mod: [2, 1]}}", "15")]
    [InlineData("{$and: [{a: 1}, {a: 5}]}", "5")]
    [InlineData("{$or: [{a: 'x'}, {_id: {$gt: 8}}]}", "29")]
    [InlineData("{$nor: [{a: {$exists: true}}, {_id: 1}]}", "4")]
    [InlineData("{_id: {$in: [9, 1, 77]}}", "19")]
    [InlineData("{_id: {$gt: 2, $lte: 4}}", "34")]
    [InlineData("{_id: {$gt: 2, $lt: 1}}", "")]
    [InlineData("{$expr: {$gt: ['$_id', 7]}}", "89")]
    public void Filters_find_what_they_mean_with_and_without_an_index(string filter, string ids)
    {
        var server = new EmbeddedServer();
        server.Insert("c", Documents);
        Ids(server, $"{{find: 'c', filter: {filter}, sort: {{_id: 1}}}}").ShouldBe(ids);
        server.Run("{createIndexes: 'c', indexes: [{key: {a: 1}, name: 'a'}, {key: {'a.b': -1}, name: 'b'}]}");
        Ids(server, $"{{find: 'c', filter: {filter}, sort: {{_id: 1}}}}").ShouldBe(ids);
        Ids(server, $"{{find: 'c', filter: {filter}, hint: 'a', sort: {{_id: 1}}}}").ShouldBe(ids);
        Ids(server, $"{{find: 'c', filter: {filter}, hint: 'b', sort: {{_id: 1}}}}").ShouldBe(ids);
    }

    [Theory]
    [InlineData("{a: {$foo: 1}}", 2)]
    [InlineData("{$where: 'true'}", 2)]
    [InlineData("{$and: []}", 2)]
    [InlineData("{a: {$in: 1}}", 2)]
    [InlineData("{a: {$mod: [0, 1]}}", 2)]
    [InlineData("{a: {$geoWithin: {}}}", 2)]
    [InlineData("{a: {$regex: '('}}", 51091)]
    public void What_is_not_known_in_a_filter_is_refused(string filter, int code) =>
        new EmbeddedServer().Fails($"{{find: 'c', filter: {filter}}}").ShouldBe(code);

    [Theory]
    [InlineData("{a: 1}", "934815267")]
    [InlineData("{a: -1}", "762518349")]
    [InlineData("{'a.b': -1, _id: -1}", "769854321")]
    public void Sorts_order_all_types(string sort, string ids)
    {
        var server = new EmbeddedServer();
        server.Insert("c", Documents);
        Ids(server, $"{{find: 'c', sort: {sort}}}").ShouldBe(ids);
        Ids(server, $"{{find: 'c', sort: {sort}, limit: 3}}").ShouldBe(ids[..3]);
        Ids(server, $"{{find: 'c', sort: {sort}, skip: 4, limit: 2}}").ShouldBe(ids[4..6]);
    }

    [Theory]
    [InlineData("{a: 1}", "{_id: 1, a: 1}")]
    [InlineData("{a: 1, _id: 0}", "{a: 1}")]
    [InlineData("{_id: 1}", "{_id: 1}")]
    [InlineData("{_id: 0}", "{a: 1, b: {c: 2, d: [{e: 1, f: 2}, 3]}}")]
    [InlineData("{b: 0}", "{_id: 1, a: 1}")]
    [InlineData("{'b.c': 1}", "{_id: 1, b: {c: 2}}")]
    [InlineData("{b: {c: 1}}", "{_id: 1, b: {c: 2}}")]
    [InlineData("{'b.d.e': 1}", "{_id: 1, b: {d: [{e: 1}]}}")]
    [InlineData("{'b.d.e': 0}", "{_id: 1, a: 1, b: {c: 2, d: [{f: 2}, 3]}}")]
    [InlineData("{x: '$b.c', y: {$add: ['$a', 1]}}", "{_id: 1, x: 2, y: 2}")]
    [InlineData("{'a.x': 1}", "{_id: 1}")]
    [InlineData("{}", "{_id: 1, a: 1, b: {c: 2, d: [{e: 1, f: 2}, 3]}}")]
    public void Projections_keep_or_drop_fields(string projection, string expected)
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1, a: 1, b: {c: 2, d: [{e: 1, f: 2}, 3]}}");
        server.Find($"{{find: 'c', projection: {projection}}}").Single().ShouldBe(BsonDocument.Parse(expected));
    }

    [Theory]
    [InlineData("{a: 1, b: 0}", 31254)]
    [InlineData("{a: 0, b: 1}", 31253)]
    [InlineData("{a: 1, 'a.b': 1}", 31250)]
    [InlineData("{a: {$slice: 1}}", 168)]
    public void Projections_that_contradict_themselves_are_refused(string projection, int code) =>
        new EmbeddedServer().Fails($"{{find: 'c', projection: {projection}}}").ShouldBe(code);

    private static string Ids(EmbeddedServer server, string find) => string.Concat(server.Find(find).Select(d => d["_id"]));
}
