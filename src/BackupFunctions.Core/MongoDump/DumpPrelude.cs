using System.Text.Encodings.Web;
using System.Text.Json;

namespace BackupFunctions.MongoDump;

/// <summary>The <c>prelude.json</c> of a dump directory (tools since 100.12).</summary>
internal sealed record DumpPrelude(string? ServerVersion, string? ToolVersion)
{
    public const string FileName = "prelude.json";
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads the text. A version that is empty or <c>unknown</c> counts as not told.</summary>
    /// <exception cref="BackupException">Corrupt: it is no such JSON.</exception>
    public static DumpPrelude Parse(byte[] json, string source)
    {
        try
        {
            var prelude = JsonSerializer.Deserialize<DumpPrelude>(json, Options) ?? throw new JsonException("it is null");
            return new(Known(prelude.ServerVersion), Known(prelude.ToolVersion));
        }
        catch (JsonException e)
        {
            throw BackupException.Corrupt($"read {source}: {e.Message}", e);
        }
    }

    /// <summary>The text as mongodump writes it.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(new DumpPrelude(ServerVersion ?? "unknown", ToolVersion ?? ""), Options);

    private static string? Known(string? version) => version is null or "" or "unknown" ? null : version;
}
