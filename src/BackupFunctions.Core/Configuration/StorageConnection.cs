namespace BackupFunctions.Configuration;

/// <summary>Connection strings of storage accounts, <c>NAME=value;NAME=value</c>, and what in them is secret: everything that is not known to be harmless.</summary>
internal static class StorageConnection
{
    private static readonly string[] Names =
    [
        "UseDevelopmentStorage", "DevelopmentStorageProxyUri", "DefaultEndpointsProtocol", "AccountName", "EndpointSuffix",
        "BlobEndpoint", "BlobSecondaryEndpoint", "QueueEndpoint", "TableEndpoint", "FileEndpoint",
    ];

    private static readonly string[] SecretNames = ["AccountKey", "SharedAccessSignature"];

    /// <summary>Whether this is one, maybe malformed.</summary>
    public static bool Is(string text)
    {
        var first = text.TrimStart().Split('=', 2);
        return first.Length == 2 && Names.Concat(SecretNames).Contains(first[0].TrimEnd(), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The text without its secrets.</summary>
    public static string Mask(string text) => string.Join(';', text.Split(';').Select(part => part.Split('=', 2) switch
    {
        [var name, var value] when IsHarmless(name) => $"{name}={Masking.MaskUri(value)}",
        [var name, _] when SecretNames.Contains(name.Trim(), StringComparer.OrdinalIgnoreCase) => $"{name}={Masking.Mask}",
        [""] => "",
        _ => Masking.Mask,
    }));

    /// <summary>The secrets in it: keys, signatures, and the signed part of a signature as it stands in addresses.</summary>
    public static IEnumerable<string> Secrets(string text)
    {
        foreach (var part in text.Split(';'))
        {
            if (part.Split('=', 2) is not [var name, var value] || IsHarmless(name)) continue;
            yield return value.Trim();
            foreach (var parameter in value.TrimStart().TrimStart('?').Split('&').Where(p => p.StartsWith("sig=", StringComparison.OrdinalIgnoreCase)))
            {
                yield return parameter["sig=".Length..];
                yield return Uri.UnescapeDataString(parameter["sig=".Length..]);
            }
        }
    }

    private static bool IsHarmless(string name) => Names.Contains(name.Trim(), StringComparer.OrdinalIgnoreCase);
}
