namespace BackupFunctions.Configuration;

/// <summary>The form of a raw key: 32 bytes as 44 characters of base64 or 64 hex digits.</summary>
internal static class KeyForm
{
    private const int KeyBytes = 32;

    /// <summary>What is wrong with the text, without showing it; null when it is a key.</summary>
    public static string? Fault(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.All(char.IsAsciiHexDigit))
            return trimmed.Length == 2 * KeyBytes ? null : $"has {trimmed.Length} hex digits, want {2 * KeyBytes}";
        Span<byte> bytes = stackalloc byte[96];
        if (trimmed.Length > 128 || !Convert.TryFromBase64String(trimmed, bytes, out var written))
            return $"is neither base64 nor hex ({trimmed.Length} characters)";
        bytes.Clear();
        return written == KeyBytes ? null : $"decodes to {written} bytes, want {KeyBytes}";
    }
}
