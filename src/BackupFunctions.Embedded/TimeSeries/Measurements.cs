using System.Buffers.Binary;
using System.Globalization;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.TimeSeries;

/// <summary>
/// Puts measurements into buckets, uncompressed (<c>control.version</c> 1): one for each value of the meta field and span of time, up to 1,000 measurements.
/// In the oplog a measurement is the insert of a bucket, or the delta of one.
/// </summary>
internal sealed class Measurements(WriteUnit unit, Namespace buckets)
{
    private const int MaxPerBucket = 1000;

    private readonly SeriesOptions _series = SeriesOptions.Of(unit.Edit(buckets).Options);

    /// <summary>Inserts one that has its <c>_id</c> in front; gives the optime.</summary>
    public BsonTimestamp? Insert(byte[] measurement, SessionStatement? statement)
    {
        var document = RawValue.Document(measurement);
        if (document[_series.TimeField] is not { Type: BsonType.DateTime } time)
            throw new CommandException(2, "BadValue", $"'{_series.TimeField}' must be present and contain a valid BSON UTC datetime value");
        var meta = _series.MetaField is { } field ? document[field] : default;
        if (Find(time.Int64, meta) is not { } open) return unit.Insert(buckets, New(document, time.Int64, meta), statement);
        var (bytes, delta) = With(open.Document, document);
        return unit.Replace(buckets, open, bytes, delta, statement);
    }

    // the ids of buckets begin with the second from which they reach
    private Record? Find(long milliseconds, RawValue meta)
    {
        var collection = unit.Edit(buckets).Current;
        var second = Floor(milliseconds, 1000);
        var (from, to) = (Id(second - _series.MaxSpanSeconds + 1, 0x00), Id(second, 0xFF));
        var range = new IndexRange(IndexEntry.Of([from], long.MinValue), IndexEntry.Of([to], long.MaxValue));
        foreach (var record in collection.Scan(collection.IdIndex!, forward: false, range))
        {
            var control = record.Document["control"u8];
            if (Values.Long(control["version"u8]) != 1 || Values.IsTrue(control["closed"u8])) continue;
            var other = record.Document["meta"u8];
            if (meta.IsMissing != other.IsMissing || (!meta.IsMissing && (meta.Type != other.Type || !meta.Span.SequenceEqual(other.Span)))) continue;
            if (control["min"u8][_series.TimeField].Int64 is var start && (milliseconds < start || milliseconds >= start + (_series.MaxSpanSeconds * 1000))) continue;
            if (record.Document["data"u8][_series.TimeField].Elements.Count() < MaxPerBucket) return record;
        }
        return null;
    }

    private byte[] New(RawValue measurement, long milliseconds, RawValue meta)
    {
        var start = Floor(milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0), _series.RoundingSeconds) * _series.RoundingSeconds;
        var rounded = RawValue.From(new BsonDateTime(start * 1000));
        RawWriter min = new(), max = new(), data = new();
        foreach (var element in Measured(measurement))
        {
            min.Append(element.NameBytes, element.Name == _series.TimeField ? rounded : element.Value);
            max.Append(element);
            data.Append(element.NameBytes, RawValue.Document(new RawWriter().Append("0", element.Value).ToDocument()));
        }
        var unique = unit.Ids.NextObjectId().ToByteArray();
        BinaryPrimitives.WriteUInt32BigEndian(unique, (uint)start);
        var writer = new RawWriter().Append("_id", new BsonObjectId(new ObjectId(unique))).Append("control", Control(min, max));
        if (!meta.IsMissing) writer.Append("meta", meta);
        return writer.Append("data", RawValue.Document(data.ToDocument())).ToDocument();
    }

    /// <summary>The bucket with one measurement more, and the delta that the oplog has of it.</summary>
    private (byte[] Bucket, RawValue Delta) With(RawValue bucket, RawValue measurement)
    {
        var control = bucket["control"u8];
        var row = bucket["data"u8][_series.TimeField].Elements.Count().ToString(CultureInfo.InvariantCulture);
        RawWriter bounds = new(), data = new(bucket.Length + measurement.Length + 64), added = new(), columns = new();
        var (min, max) = (Bound(control["min"u8], measurement, -1, "smin", bounds), Bound(control["max"u8], measurement, 1, "smax", bounds));
        foreach (var column in bucket["data"u8].Elements)
        {
            var value = measurement[column.NameBytes];
            if (value.IsMissing)
            {
                data.Append(column);
                continue;
            }
            data.Append(column.NameBytes, RawValue.Document(new RawWriter(column.Value.Length + value.Length + 16).AppendAll(column.Value).Append(row, value).ToDocument()));
            columns.Append("s" + column.Name, Section("i", new RawWriter().Append(row, value)));
        }
        foreach (var element in Measured(measurement))
        {
            if (!bucket["data"u8][element.NameBytes].IsMissing) continue;
            var column = RawValue.Document(new RawWriter().Append(row, element.Value).ToDocument());
            data.Append(element.NameBytes, column);
            added.Append(element.NameBytes, column);
        }
        var diff = new RawWriter();
        AppendUnlessEmpty(diff, "scontrol", bounds);
        var dataDiff = new RawWriter();
        AppendUnlessEmpty(dataDiff, "i", added);
        diff.Append("sdata", RawValue.Document(dataDiff.AppendAll(RawValue.Document(columns.ToDocument())).ToDocument()));
        var writer = new RawWriter(bucket.Length + measurement.Length + 128);
        foreach (var element in bucket.Elements)
        {
            if (element.Name == "control") writer.Append("control", Control(min, max));
            else if (element.Name == "data") writer.Append("data", RawValue.Document(data.ToDocument()));
            else writer.Append(element);
        }
        return (writer.ToDocument(), RawValue.Document(new RawWriter().Append("$v", 2).Append("diff", RawValue.Document(diff.ToDocument())).ToDocument()));
    }

    /// <summary>The bound of each field, moved where the measurement lies beyond it; fields that are new go to the end.</summary>
    private RawWriter Bound(RawValue bounds, RawValue measurement, int direction, string section, RawWriter diff)
    {
        RawWriter writer = new(), updated = new(), added = new(), own = new();
        foreach (var element in bounds.Elements)
        {
            var value = measurement[element.NameBytes];
            var beyond = !value.IsMissing && BsonOrder.Compare(value, element.Value) * direction > 0;
            writer.Append(element.NameBytes, beyond ? value : element.Value);
            if (beyond) updated.Append(element.NameBytes, value);
        }
        foreach (var element in Measured(measurement))
        {
            if (!bounds[element.NameBytes].IsMissing) continue;
            writer.Append(element);
            added.Append(element);
        }
        AppendUnlessEmpty(own, "u", updated);
        AppendUnlessEmpty(own, "i", added);
        AppendUnlessEmpty(diff, section, own);
        return writer;
    }

    private static RawValue Section(string name, RawWriter fields) => RawValue.Document(new RawWriter().Append(name, RawValue.Document(fields.ToDocument())).ToDocument());

    private static void AppendUnlessEmpty(RawWriter writer, string name, RawWriter section)
    {
        var document = RawValue.Document(section.ToDocument());
        if (document.Length > CollectionOptions.None.Length) writer.Append(name, document);
    }

    private List<RawElement> Measured(RawValue measurement)
    {
        var elements = new List<RawElement>();
        foreach (var element in measurement.Elements)
        {
            if (element.Name != _series.MetaField) elements.Add(element);
        }
        return elements;
    }

    private static RawValue Control(RawWriter min, RawWriter max) => RawValue.Document(new RawWriter()
        .Append("version", 1).Append("min", RawValue.Document(min.ToDocument())).Append("max", RawValue.Document(max.ToDocument())).ToDocument());

    private static RawValue Id(long second, byte fill)
    {
        var bytes = new byte[12];
        bytes.AsSpan(4).Fill(fill);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Math.Clamp(second, 0, uint.MaxValue));
        return RawValue.From(new BsonObjectId(new ObjectId(bytes)));
    }

    private static long Floor(long value, long by) => value >= 0 ? value / by : ((value + 1) / by) - 1;
}
