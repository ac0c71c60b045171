using System.Text;
using MongoDB.Bson;

namespace BackupFunctions.EndToEnd.Dumps;

/// <summary>
/// A dump of what the real samples lack, in mongodump's layout and with the options and indexes as a server lists them: capped, clustered,
/// collated and validated collections, a view, and an index of every kind.
/// </summary>
internal static class MadeDump
{
    private const string Database = "made";
    private const string IdIndex = """{"v":{"$numberInt":"2"},"key":{"_id":{"$numberInt":"1"}},"name":"_id_"}""";
    private const string German = """
        {"locale":"de","caseLevel":false,"caseFirst":"off","strength":{"$numberInt":"3"},"numericOrdering":false,"alternate":"non-ignorable","maxVariable":"punct","normalization":false,"backwards":false,"version":"57.1"}
        """;

    /// <summary>Writes it below a directory.</summary>
    public static void Write(string root)
    {
        Directory.CreateDirectory(Path.Combine(root, Database));
        // ids in an order of their own, and once more in another
        var turned = Enumerable.Range(0, 500).Select(i => (i * 7919) % 500).ToList();
        Collection(root, "capped", """{"capped":true,"size":{"$numberInt":"1048576"},"max":{"$numberInt":"1000"}}""", [], [.. turned.Select(Document)]);
        Collection(root, "clustered", """{"clusteredIndex":{"v":{"$numberInt":"2"},"key":{"_id":{"$numberInt":"1"}},"name":"_id_","unique":true}}""",
            ["""{"v":{"$numberInt":"2"},"key":{"_id":{"$numberInt":"1"}},"name":"_id_","unique":true,"clustered":true}"""], [.. turned.Select(Document)], idIndex: null);
        Collection(root, "collated", $$$"""{"collation":{{{German}}}}""", ["""{"v":{"$numberInt":"2"},"key":{"n":{"$numberInt":"1"}},"name":"n_1"}"""], [.. turned.Select(Document)],
            idIndex: $$$"""{"v":{"$numberInt":"2"},"key":{"_id":{"$numberInt":"1"}},"name":"_id_","collation":{{{German}}}}""");
        Collection(root, "validated", """{"validator":{"n":{"$gte":{"$numberInt":"250"}}},"validationLevel":"strict","validationAction":"error"}""", [], [.. turned.Select(Document)]);
        Collection(root, "indexed", null, Indexes, [.. turned.Select(Document)]);
        Metadata(root, "view", """{"viewOn":"indexed","pipeline":[{"$match":{"n":{"$gte":{"$numberInt":"1"},"$lt":{"$numberInt":"9"}}}}]}""", [], "view");
        // a view whose name sorts before what it stands on
        Metadata(root, "a view", """{"viewOn":"view","pipeline":[]}""", [], "view");
    }

    private static readonly IReadOnlyList<string> Indexes =
    [
        """{"v":{"$numberInt":"2"},"key":{"n":{"$numberInt":"-1"},"s":{"$numberDouble":"1.0"}},"name":"n_-1_s_1","unique":true}""",
        """{"v":{"$numberInt":"2"},"key":{"s":{"$numberLong":"1"}},"name":"sparse","sparse":true,"hidden":true}""",
        """{"v":{"$numberInt":"2"},"key":{"at":{"$numberInt":"1"}},"name":"ttl","expireAfterSeconds":{"$numberInt":"2147483647"}}""",
        """{"v":{"$numberInt":"2"},"key":{"p":{"$numberInt":"1"}},"name":"partial","partialFilterExpression":{"n":{"$gt":{"$numberInt":"5"}}}}""",
        """{"v":{"$numberInt":"2"},"key":{"p":{"$numberInt":"1"}},"name":"partial of none","partialFilterExpression":{}}""",
        """{"v":{"$numberInt":"2"},"key":{"_id":"hashed"},"name":"_id_hashed"}""",
        """{"v":{"$numberInt":"2"},"key":{"_fts":"text","_ftsx":{"$numberInt":"1"}},"name":"text","weights":{"s":{"$numberInt":"1"}},"default_language":"english","language_override":"language","textIndexVersion":{"$numberInt":"3"}}""",
        """{"v":{"$numberInt":"2"},"key":{"l":"2dsphere"},"name":"l_2dsphere","2dsphereIndexVersion":{"$numberInt":"3"}}""",
        """{"v":{"$numberInt":"2"},"key":{"$**":{"$numberInt":"1"}},"name":"wildcard","wildcardProjection":{"s":{"$numberInt":"0"}}}""",
    ];

    private static BsonDocument Document(int id) => new() { { "_id", id }, { "n", id }, { "s", new string('x', id % 50) } };

    private static void Collection(string root, string name, string? options, IReadOnlyList<string> indexes, IReadOnlyList<BsonDocument> documents, string? idIndex = IdIndex)
    {
        File.WriteAllBytes(Path.Combine(root, Database, $"{name}.bson"), [.. documents.SelectMany(d => d.ToBson())]);
        Metadata(root, name, options, idIndex is null ? indexes : [idIndex, .. indexes], "collection");
    }

    private static void Metadata(string root, string name, string? options, IReadOnlyList<string> indexes, string type)
    {
        var stated = options is null ? "" : $"\"options\":{options},";
        var text = $$"""{{{stated}}"indexes":[{{string.Join(',', indexes)}}],"collectionName":"{{name}}","type":"{{type}}"}""";
        File.WriteAllText(Path.Combine(root, Database, $"{name.Replace(' ', '+')}.metadata.json"), text, new UTF8Encoding(false));
    }
}
