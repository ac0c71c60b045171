using static BackupFunctions.Configuration.SettingNames;

namespace BackupFunctions.Configuration;

/// <summary>Reads the two nodes.</summary>
internal static class NodeReader
{
    private static readonly int[] Numbers = [1, 2];

    public static IReadOnlyList<NodeSetting> Read(OptionsReader reader)
    {
        var nodes = Numbers.Select(n => Read(reader, n)).OfType<NodeSetting>().ToArray();
        if (nodes is [var first, var second] && Place(first) == Place(second))
            reader.Problem(second.SettingName, $"is the same node as {first.SettingName}: two copies in one place are one copy", Example(2));
        return nodes;
    }

    private static NodeSetting? Read(OptionsReader reader, int number)
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
        var node = new NodeSetting(name, text.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? NodeKind.Vault : NodeKind.Kubo, new Uri(text), reader.Get(NodeToken(number)));
        if (node is { Kind: NodeKind.Vault, Token: not null }) reader.Warn($"{NodeToken(number)} has no effect: {name} is a directory");
        return node;
    }

    private static string? Fault(string text)
    {
        if (text.StartsWith("file:", StringComparison.OrdinalIgnoreCase)) return FileUri.Fault(text);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)) return "is no address: want file:///directory, http://host:port or https://host:port";
        if (uri.IsFile) return $"is a path: write file://{uri.LocalPath}";
        if (uri.Scheme is not ("http" or "https"))
            return $"has the unknown scheme '{uri.Scheme}': want file:///directory, http://host:port or https://host:port";
        return uri.Host.Length == 0 ? "has no host" : null;
    }

    private static string Place(NodeSetting node) => node.Kind == NodeKind.Vault
        ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(node.Directory))
        : node.Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

    private static string Example(int number) => $"file:///var/backups/vault-{number}";
}
