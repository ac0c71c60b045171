using static BackupFunctions.Configuration.SettingNames;

namespace BackupFunctions.Configuration;

/// <summary>Reads the two nodes.</summary>
internal static class NodeReader
{
    private static readonly int[] Numbers = [1, 2];

    public static IReadOnlyList<NodeSetting> Read(OptionsReader reader)
    {
        var timeout = TimeSpan.FromSeconds(reader.Integer(NodeTimeout, 1, 86_400, (int)Defaults.NodeTimeout.TotalSeconds, "60"));
        var nodes = Numbers.Select(n => Read(reader, n, timeout)).OfType<NodeSetting>().ToArray();
        if (nodes is [var first, var second] && Place(first) == Place(second))
            reader.Problem(second.SettingName, $"is the same node as {first.SettingName}: two copies in one place are one copy", Example(2));
        return nodes;
    }

    private static NodeSetting? Read(OptionsReader reader, int number, TimeSpan timeout)
    {
        var name = NodeUrl(number);
        if (reader.Get(name) is not { } text)
        {
            reader.Problem(name, "is not set", Example(number));
            return null;
        }
        if (Fault(text) is { } fault)
        {
            reader.Problem(name, fault, Example(number));
            return null;
        }
        var node = new NodeSetting(name, text.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? NodeKind.Vault : NodeKind.Kubo, new Uri(text), reader.Get(NodeToken(number)))
        {
            CaFile = reader.Get(NodeCaFile(number)) is { } file ? reader.Source.FullPath(file) : null,
            Timeout = timeout,
        };
        CheckAccess(reader, node);
        return node;
    }

    private static void CheckAccess(OptionsReader reader, NodeSetting node)
    {
        if (node.Kind == NodeKind.Vault)
        {
            if (node.Token is not null) reader.Warn($"{node.TokenSettingName} has no effect: {node.SettingName} is a directory");
            if (node.CaFile is not null) reader.Warn($"{node.CaFileSettingName} has no effect: {node.SettingName} is a directory");
            return;
        }
        if (node.CaFile is not null && node.Url.Scheme != "https") reader.Warn($"{node.CaFileSettingName} has no effect: {node.SettingName} is not https://");
        if (node.Token is null) return;
        if (node.Url.UserInfo.Length > 0)
            reader.Problem(node.TokenSettingName, $"is set, and {node.SettingName} has a user: a node takes one of them", "(not set)");
        // what an HTTP header can carry
        else if (node.Token.Any(c => c is < '!' or > '~'))
            reader.Problem(node.TokenSettingName, "holds spaces or other characters that a token cannot have: want the token alone, without 'Bearer'", "secret-of-the-node");
    }

    private static string? Fault(string text)
    {
        if (text.StartsWith("file:", StringComparison.OrdinalIgnoreCase)) return FileUri.Fault(text);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)) return "is no address: want file:///directory, http://host:port or https://host:port";
        if (uri.IsFile) return $"is a path: write file://{uri.LocalPath}";
        if (uri.Scheme is not ("http" or "https"))
            return $"has the unknown scheme '{uri.Scheme}': want file:///directory, http://host:port or https://host:port";
        if (uri.Host.Length == 0) return "has no host";
        return uri.Query.Length + uri.Fragment.Length > 0 ? "has a query: want scheme, host and port, and before the host a user and password where the node needs them" : null;
    }

    private static string Place(NodeSetting node) => node.Kind == NodeKind.Vault
        ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(node.Directory))
        : node.Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

    private static string Example(int number) => $"file:///var/backups/vault-{number}";
}
