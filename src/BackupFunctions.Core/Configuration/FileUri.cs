namespace BackupFunctions.Configuration;

/// <summary>The form of a <c>file:///directory</c> address.</summary>
internal static class FileUri
{
    /// <summary>What is wrong with it; null when it names an absolute directory of this machine.</summary>
    public static string? Fault(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || !uri.IsFile || !text.StartsWith("file://", StringComparison.OrdinalIgnoreCase))
            return "is no file:// address";
        if (uri.Host.Length > 0) return "needs three slashes and an absolute path";
        return uri.LocalPath.Trim('/').Length == 0 ? "names no directory" : null;
    }
}
