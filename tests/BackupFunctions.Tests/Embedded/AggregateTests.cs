using MongoDB.Bson;

namespace BackupFunctions.Tests.Embedded;

public class AggregateTests
{
    [Theory]
    [InlineData("[{$match: {k: 'x'}}]", "[{_id: 1, k: 'x', n: 1}, {_id: 2, k: 'x', n: 5}]")]
    [InlineData("[{$sort: {n: -1}}, {$limit: 1}]", "[{_id: 2, k: 'x', n: 5}]")]
    [InlineData("[{$skip: 2}]", "[{_id: 3, k: 'y', n: 2.5, l: [1, 2]}]")]
    [InlineData("[{$project: {n: 1, _id: 0}}]", "[{n: 1}, {n: 5}, {n: 2.5}]")]
    [InlineData("[{$match: {_id: 1}}, {$addFields: {n: {$multiply: ['$n', 3]}, 'p.q': '$k'}}]", "[{_id: 1, k: 'x', n: 3, p: {q: 'x'}}]")]
    [InlineData("[{$match: {_id: 1}}, {$set: {r: '$$ROOT'}}, {$unset: ['k', 'n']}]", "[{_id: 1, r: {_id: 1, k: 'x', n: 1}}]")]
    [InlineData("[{$match: {_id: 1}}, {$replaceRoot: {newRoot: {a: '$n', b: [1, '$k']}}}]", "[{a: 1, b: [1, 'x']}]")]
    [InlineData("[{$unwind: '$l'}, {$project: {l: 1}}]", "[{_id: 3, l: 1}, {_id: 3, l: 2}]")]
    [InlineData("[{$unwind: {path: '$l', includeArrayIndex: 'i', preserveNullAndEmptyArrays: true}}, {$project: {i: 1, _id: 0}}]", "[{i: null}, {i: null}, {i: NumberLong(0)}, {i: NumberLong(1)}]")]
    [InlineData("[{$group: {_id: '$k', s: {$sum: '$n'}, a: {$avg: '$n'}, f: {$first: '$_id'}, l: {$last: '$_id'}, p: {$push: '$n'}}}]", "[{_id: 'x', s: 6, a: 3.0, f: 1, l: 2, p: [1, 5]}, {_id: 'y', s: 2.5, a: 2.5, f: 3, l: 3, p: [2.5]}]")]
    [InlineData("[{$group: {_id: null, lo: {$min: '$n'}, hi: {$max: '$n'}, c: {$sum: 1}}}]", "[{_id: null, lo: 1, hi: 5, c: 3}]")]
    [InlineData("[{$match: {n: {$gt: 1}}}, {$count: 'c'}]", "[{c: 2}]")]
    [InlineData("[{$match: {n: {$gt: 100}}}, {$count: 'c'}]", "[]")]
    [InlineData("[{$collStats: {count: {}}}, {$project: {count: 1}}]", "[{count: 3}]")]
    public void Stages_make_documents_of_documents(string pipeline, string expected)
    {
        var found = Filled().Find($"{{aggregate: 'c', pipeline: {pipeline}, cursor: {{}}}}");
        new BsonArray(found).ToJson().ShouldBe(BsonDocument.Parse($"{{a: {expected}}}")["a"].ToJson());
    }

    [Theory]
    [InlineData("[{$lookup: {}}]", 40324)]
    [InlineData("[{}]", 40323)]
    [InlineData("[{$match: 1}]", 15959)]
    [InlineData("[{$limit: 0}]", 15958)]
    [InlineData("[{$project: {}}]", 51272)]
    [InlineData("[{$project: {a: {$odd: 1}}}]", 168)]
    [InlineData("[{$group: {a: {$sum: 1}}}]", 15955)]
    [InlineData("[{$group: {_id: 1, a: {$odd: 1}}}]", 15952)]
    [InlineData("[{$match: {}}, {$collStats: {count: {}}}]", 40602)]
    [InlineData("[{$collStats: {odd: {}}}]", 40415)]
    public void What_is_not_known_in_a_pipeline_is_refused(string pipeline, int code) =>
        Filled().Fails($"{{aggregate: 'c', pipeline: {pipeline}, cursor: {{}}}}").ShouldBe(code);

    [Theory]
    [InlineData(2, 2)]
    [InlineData(9, 9)]
    [InlineData(1000, 400)]
    public void A_sample_repeats_nothing(int size, int expected)
    {
        var server = new EmbeddedServer();
        server.InsertRaw("c", [.. Enumerable.Range(0, 400).Select(i => new BsonDocument("_id", i).ToBson())]);
        var ids = server.Find($"{{aggregate: 'c', pipeline: [{{$sample: {{size: {size}}}}}], cursor: {{}}}}").Select(d => d["_id"].AsInt32).ToList();
        ids.Distinct().Count().ShouldBe(expected);
        ids.Count.ShouldBe(expected);
    }

    [Theory]
    [InlineData("{distinct: 'c', key: 'k'}", "['x', 'y']")]
    [InlineData("{distinct: 'c', key: 'l'}", "[1, 2]")]
    [InlineData("{distinct: 'c', key: 'n', query: {k: 'x'}}", "[1, 5]")]
    public void Distinct_values_come_in_order(string command, string expected) =>
        Filled().Run(command)["values"].ShouldBe(BsonDocument.Parse($"{{a: {expected}}}")["a"]);

    [Theory]
    [InlineData("{count: 'c'}", 3)]
    [InlineData("{count: 'c', query: {n: {$gte: 2}}}", 2)]
    [InlineData("{count: 'c', skip: 1, limit: 5}", 2)]
    [InlineData("{count: 'c', limit: -2}", 2)]
    [InlineData("{count: 'absent'}", 0)]
    public void Documents_are_counted(string command, int count) => Filled().Run(command)["n"].AsInt32.ShouldBe(count);

    private static EmbeddedServer Filled()
    {
        var server = new EmbeddedServer();
        server.Insert("c", "{_id: 1, k: 'x', n: 1}", "{_id: 2, k: 'x', n: 5}", "{_id: 3, k: 'y', n: 2.5, l: [1, 2]}");
        return server;
    }
}
