using System.Text;
using BackupFunctions.Standalone.Demo.Data.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Standalone.Demo.Data.Odd;

/// <summary>What servers accept and tools trip over: all types as values and as <c>_id</c>, names that need escaping, names that occur twice.</summary>
internal static class OddDatabase
{
    private const int LongNameBytes = 200, DeepestNesting = 90;

    /// <summary>Collections whose names are no file names.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["a/b", "50% off", "ünï cödé", "with space", "name.with.dots", "plus+and&", "C:\\up", "line\nbreak", "quote\"'", "CamelCase", "camelcase", LongName()];

    public static DemoDatabase Create(string name) => new(name,
    [
        new("every_type") { Documents = EveryType },
        new("every_id") { Documents = random => WithIds(OddIds.Mixed(random)) },
        // a NaN equals every other: the decimal one cannot live beside that of every_id
        new("decimal_id") { Documents = _ => WithIds(OddValues.Decimals) },
        new("duplicate_names") { Indexes = [DemoCollection.Index("a_1", new BsonDocument("a", 1))], Documents = DuplicateNames },
        new("deep") { Documents = _ => [Deep()] },
        new("empty"),
        .. Names.Select(odd => new DemoCollection(odd) { Documents = SmallDocuments }),
    ]);

    private static IEnumerable<byte[]> EveryType(SeededRandom random)
    {
        var builder = new DocumentBuilder();
        foreach (var value in OddValues.All)
        {
            yield return builder.Start().String("_id", value.Name).Begin("in").Raw("document", value.Type, value.Bytes).End()
                .BeginArray("list").Raw("0", value.Type, value.Bytes).Raw("1", value.Type, value.Bytes).End().Finish();
        }
        builder.Start().String("_id", "all of them");
        foreach (var value in OddValues.All) builder.Raw(value.Name, value.Type, value.Bytes);
        yield return builder.Finish();
    }

    private static IEnumerable<byte[]> WithIds(IEnumerable<RawValue> ids)
    {
        var builder = new DocumentBuilder();
        foreach (var id in ids) yield return builder.Start().Raw("_id", id.Type, id.Bytes).String("type", id.Name).Raw("again", id.Type, id.Bytes).Finish();
    }

    private static IEnumerable<byte[]> DuplicateNames(SeededRandom random)
    {
        var builder = new DocumentBuilder();
        for (var i = 0; i < 100; i++)
        {
            yield return builder.Start().Int32("_id", i).Int32("a", i).String("a", random.Pick(Vocabulary.FirstNames)).Null("a")
                .Raw("nested", BsonTypeCode.Document, OddValues.Duplicates()).Finish();
        }
    }

    private static IEnumerable<byte[]> SmallDocuments(SeededRandom random)
    {
        var builder = new DocumentBuilder();
        for (var i = 0; i < 25; i++) yield return builder.Start().Int32("_id", i).String("text", Vocabulary.Text(random, 8)).Finish();
    }

    private static byte[] Deep()
    {
        var builder = new DocumentBuilder().Start().String("_id", "deep");
        for (var i = 0; i < DeepestNesting; i++)
        {
            if (i % 2 == 0) builder.Begin("down");
            else builder.BeginArray("0");
        }
        builder.Int32("bottom", DeepestNesting);
        for (var i = 0; i < DeepestNesting; i++) builder.End();
        return builder.Finish();
    }

    // letters of two bytes: an escaped name that is cut may be cut inside of a letter
    private static string LongName()
    {
        var name = new StringBuilder("long ");
        while (Encoding.UTF8.GetByteCount(name.ToString()) < LongNameBytes - 1) name.Append('é');
        return name.Append('x').ToString();
    }
}
