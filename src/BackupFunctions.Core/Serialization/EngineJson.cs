using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using MongoDB.Bson;

namespace BackupFunctions.Serialization;

/// <summary>
/// The JSON of everything that the engine stores or passes on: camelCase, every field present, CIDs in base32, hashes and ids in hex, raw BSON in base64.
/// </summary>
public static class EngineJson
{
    /// <summary>The one set of options.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        IgnoreReadOnlyProperties = true,
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters =
        {
            new JsonStringEnumConverter(JsonNamingPolicy.CamelCase),
            new TextConverter<Cid>(Cid.Parse),
            new TextConverter<Hash256>(Hash256.Parse),
            new TextConverter<RepositoryId>(RepositoryId.Parse),
            new RawBsonConverter(),
            new KeyringConverter(),
        },
    };

    /// <summary>UTF-8 JSON of the value.</summary>
    public static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    /// <summary>Reads UTF-8 JSON; bytes that are not this shape are <see cref="ErrorKind.Corrupt"/>, and <paramref name="what"/> names them.</summary>
    public static T Read<T>(ReadOnlySpan<byte> json, string what)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or NotSupportedException)
        {
            throw BackupException.Corrupt($"read {what}: {e.Message}", e);
        }
    }

    private sealed class TextConverter<T>(Func<string, T> parse) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            parse(reader.GetString() ?? throw new JsonException($"a {typeof(T).Name} is missing"));

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value!.ToString());
    }

    private sealed class KeyringConverter : JsonConverter<Keyring>
    {
        public override Keyring Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var json = JsonDocument.ParseValue(ref reader);
            return Keyring.Parse(Encoding.UTF8.GetBytes(json.RootElement.GetRawText()));
        }

        public override void Write(Utf8JsonWriter writer, Keyring value, JsonSerializerOptions options) => writer.WriteRawValue(value.ToJson());
    }

    private sealed class RawBsonConverter : JsonConverter<RawBsonDocument>
    {
        public override RawBsonDocument Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetBytesFromBase64());

        public override void Write(Utf8JsonWriter writer, RawBsonDocument value, JsonSerializerOptions options)
        {
            var slice = value.Slice;
            var bytes = new byte[slice.Length];
            slice.GetBytes(0, bytes, 0, bytes.Length);
            writer.WriteBase64StringValue(bytes);
        }
    }
}
