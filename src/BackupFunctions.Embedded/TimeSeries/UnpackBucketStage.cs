using BackupFunctions.Embedded.Aggregation;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.TimeSeries;

/// <summary>
/// <c>$_internalUnpackBucket</c>, of which the view of a time series consists: each bucket gives its measurements in their order, time and meta first.
/// Compressed buckets are kept by this server and not unpacked (error 238).
/// </summary>
internal sealed class UnpackBucketStage(string timeField, string? metaField) : Stage
{
    public const string Name = "$_internalUnpackBucket";

    private const long Uncompressed = 1;

    public static UnpackBucketStage Parse(RawValue value)
    {
        if (!value.IsDocument || value["timeField"u8] is not { Type: BsonType.String } time)
            throw new CommandException(5346508, "Location5346508", "The $_internalUnpackBucket stage requires a timeField parameter");
        return new(time.Text, value["metaField"u8] is { Type: BsonType.String } meta ? meta.Text : null);
    }

    public override IEnumerable<RawValue> Run(IEnumerable<RawValue> documents) => documents.SelectMany(Unpack);

    private IEnumerable<RawValue> Unpack(RawValue bucket)
    {
        if (Values.Long(bucket["control"u8]["version"u8]) != Uncompressed)
            throw new CommandException(238, "NotImplemented", $"bucket {bucket["_id"u8]} is compressed: this server keeps such buckets and does not unpack them");
        var (data, meta) = (bucket["data"u8], bucket["meta"u8]);
        var columns = new List<(string Name, Dictionary<string, RawValue> Values)>();
        foreach (var column in data.Elements)
        {
            var values = new Dictionary<string, RawValue>(StringComparer.Ordinal);
            if (column.Name == timeField) continue;
            foreach (var row in column.Value.Elements) values[row.Name] = row.Value;
            columns.Add((column.Name, values));
        }
        foreach (var row in data[timeField].Elements)
        {
            var writer = new RawWriter().Append(timeField, row.Value);
            if (metaField is not null && !meta.IsMissing) writer.Append(metaField, meta);
            foreach (var (name, values) in columns)
            {
                if (values.TryGetValue(row.Name, out var value)) writer.Append(name, value);
            }
            yield return RawValue.Document(writer.ToDocument());
        }
    }
}
