namespace BackupFunctions.Configuration;

/// <summary>Addresses by HTTP, and what belongs to them.</summary>
internal static class HttpAddress
{
    /// <summary>What is wrong with an address; null when nothing is.</summary>
    /// <param name="text">The address.</param>
    /// <param name="alternative">What may stand there in place of HTTP, with a comma and a blank behind it.</param>
    public static string? Fault(string text, string alternative = "")
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)) return $"is no address: want {alternative}http://host:port or https://host:port";
        if (uri.IsFile) return alternative.Length > 0 ? $"is a path: write file://{uri.LocalPath}" : "is a path: want http://host:port or https://host:port";
        if (uri.Scheme is not ("http" or "https")) return $"has the unknown scheme '{uri.Scheme}': want {alternative}http://host:port or https://host:port";
        if (uri.Host.Length == 0) return "has no host";
        return uri.Query.Length + uri.Fragment.Length > 0 ? "has a query: want scheme, host and port, and before the host a user and password where the node needs them" : null;
    }

    /// <summary>The address without credentials, in one form for all its spellings.</summary>
    public static string Place(Uri address) => address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

    /// <summary>Checks the token and the authorities that stand beside an address.</summary>
    public static void CheckAccess(OptionsReader reader, NodeSetting node)
    {
        if (node.CaFile is not null && node.Url.Scheme != "https") reader.Warn($"{node.CaFileSettingName} has no effect: {node.SettingName} is not https://");
        if (node.Token is null) return;
        if (node.Url.UserInfo.Length > 0)
            reader.Problem(node.TokenSettingName, $"is set, and {node.SettingName} has a user: a node takes one of them", "(not set)");
        // what an HTTP header can carry
        else if (node.Token.Any(c => c is < '!' or > '~'))
            reader.Problem(node.TokenSettingName, "holds spaces or other characters that a token cannot have: want the token alone, without 'Bearer'", "secret-of-the-node");
    }
}
