using System.Globalization;
using System.Text.Json;

namespace BackupFunctions.Ipfs.Http;

/// <summary>Reads what nodes write in different ways. A member that is absent or of another type is null.</summary>
internal static class NodeJson
{
    public static JsonElement? Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : null;

    public static string? TextOf(this JsonElement json, string name) => json.Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>Kubo writes a number where js-ipfs writes a string, and the other way round.</summary>
    public static long? NumberOf(this JsonElement json, string name) => json.Member(name) switch
    {
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt64(out var number) => number,
        { ValueKind: JsonValueKind.String } value when long.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    /// <summary>CIDs are compared by their bytes: the text of one has several bases.</summary>
    public static bool Names(this JsonElement list, Cid cid) =>
        list.ValueKind == JsonValueKind.Array && list.EnumerateArray().Any(e => e.ValueKind == JsonValueKind.String && Cid.TryParse(e.GetString(), out var other) && other == cid);
}
