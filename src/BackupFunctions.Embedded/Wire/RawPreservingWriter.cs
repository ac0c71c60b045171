using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Serializers;

namespace BackupFunctions.Embedded.Wire;

/// <summary>
/// Writes a document whose raw values, at any depth, keep their bytes: the driver's own serializer would decode and encode them again,
/// which loses repeated names, NaN payloads and old types.
/// </summary>
internal static class RawPreservingWriter
{
    /// <summary>Writes the document to the stream, from its position on.</summary>
    public static void Write(BsonStream stream, BsonDocument document)
    {
        using var writer = new BsonBinaryWriter(stream);
        WriteValue(writer, BsonSerializationContext.CreateRoot(writer), document);
    }

    private static void WriteValue(BsonBinaryWriter writer, BsonSerializationContext context, BsonValue value)
    {
        switch (value)
        {
            case RawBsonDocument raw:
                writer.WriteRawBsonDocument(raw.Slice);
                break;
            case RawBsonArray raw:
                writer.WriteRawBsonArray(raw.Slice);
                break;
            case BsonDocument document:
                writer.WriteStartDocument();
                foreach (var element in document)
                {
                    writer.WriteName(element.Name);
                    WriteValue(writer, context, element.Value);
                }

                writer.WriteEndDocument();
                break;
            case BsonArray array:
                writer.WriteStartArray();
                foreach (var item in array) WriteValue(writer, context, item);
                writer.WriteEndArray();
                break;
            default:
                BsonValueSerializer.Instance.Serialize(context, value);
                break;
        }
    }
}
