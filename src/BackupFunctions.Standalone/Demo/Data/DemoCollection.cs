using MongoDB.Bson;

namespace BackupFunctions.Standalone.Demo.Data;

/// <summary>A collection or view of the data set: how it is made, and what goes into it.</summary>
internal sealed record DemoCollection(string Name)
{
    /// <summary>Options of the <c>create</c> command.</summary>
    public BsonDocument Options { get; init; } = [];

    /// <summary>Index specifications of the <c>createIndexes</c> command, the one on <c>_id</c> not among them.</summary>
    public IReadOnlyList<BsonDocument> Indexes { get; init; } = [];

    /// <summary>The documents, the same ones for the same random numbers; made while they are taken.</summary>
    public Func<SeededRandom, IEnumerable<byte[]>> Documents { get; init; } = _ => [];

    /// <summary>An index specification: its keys, and further options.</summary>
    public static BsonDocument Index(string name, BsonDocument key, BsonDocument? options = null)
    {
        var index = new BsonDocument { { "key", key }, { "name", name } };
        if (options is not null) index.AddRange(options);
        return index;
    }
}

/// <summary>A database of the data set.</summary>
internal sealed record DemoDatabase(string Name, IReadOnlyList<DemoCollection> Collections);
