using System.Text.Json;

namespace BackupFunctions.Tests.Encryption;

/// <summary>Reads the frozen vectors, which were made by another implementation of docs/format.md.</summary>
internal static class VectorFile
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static T Read<T>(string name)
    {
        var assembly = typeof(VectorFile).Assembly;
        var resource = assembly.GetManifestResourceNames().Single(r => r.EndsWith($".Encryption.Vectors.{name}.json", StringComparison.Ordinal));
        using var stream = assembly.GetManifestResourceStream(resource)!;
        return JsonSerializer.Deserialize<T>(stream, Options)!;
    }
}
