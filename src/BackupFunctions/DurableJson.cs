using System.Text;
using System.Text.Json;
using BackupFunctions.Serialization;

namespace BackupFunctions.Functions;

/// <summary>
/// Messages as they pass through Durable: JSON values that the engine has written and reads again, so that no serializer of the host decides how a CID or
/// an optime looks, and the status API shows them as any other JSON.
/// </summary>
internal static class DurableJson
{
    /// <summary>The value as JSON.</summary>
    public static JsonElement Write<T>(T value) => JsonSerializer.SerializeToElement(value, EngineJson.Options);

    /// <summary>The value; what is not this shape is <see cref="ErrorKind.Corrupt"/>, and <paramref name="what"/> names it.</summary>
    public static T Read<T>(JsonElement json, string what) =>
        EngineJson.Read<T>(json.ValueKind == JsonValueKind.Undefined ? "null"u8 : Encoding.UTF8.GetBytes(json.GetRawText()), what);
}
