using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Aggregation;

/// <summary>A stage that makes documents of a collection's own facts; the first one, if any.</summary>
internal abstract class SourceStage : Stage
{
    public abstract IEnumerable<RawValue> Run(Collection collection, DateTime now);

    public override IEnumerable<RawValue> Run(IEnumerable<RawValue> documents) =>
        throw new InvalidOperationException("run a source stage: it takes a collection and no documents");
}

/// <summary><c>$collStats</c> with <c>count</c> and <c>storageStats</c>.</summary>
internal sealed class CollStatsStage(bool count, bool storage, double scale) : SourceStage
{
    public static CollStatsStage Parse(RawValue value)
    {
        if (!value.IsDocument) throw new CommandException(5447000, "Location5447000", "$collStats must take a nested object but found: " + value);
        var (count, storage, scale) = (false, false, 1.0);
        foreach (var element in value.Elements)
        {
            switch (element.Name)
            {
                case "count":
                    count = true;
                    break;
                case "storageStats":
                    storage = true;
                    scale = Values.Double(element.Value["scale"u8]) ?? 1;
                    break;
                default:
                    throw new CommandException(40415, "Location40415", $"BSON field '$collStats.{element.Name}' is an unknown field.");
            }
        }
        return new CollStatsStage(count, storage, scale);
    }

    public override IEnumerable<RawValue> Run(Collection collection, DateTime now)
    {
        var document = new BsonDocument { { "ns", collection.Namespace.ToString() }, { "localTime", new BsonDateTime(now) } };
        if (storage) document.Add("storageStats", CollectionStatistics.Of(collection, scale));
        if (count) document.Add("count", CollectionStatistics.Number(collection.Count));
        yield return RawValue.From(document);
    }
}
