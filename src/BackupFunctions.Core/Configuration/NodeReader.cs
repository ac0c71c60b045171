using static BackupFunctions.Configuration.SettingNames;

namespace BackupFunctions.Configuration;

/// <summary>Reads the two nodes, and what stands in front of them.</summary>
internal static class NodeReader
{
    private static readonly int[] Numbers = [1, 2];

    public static IReadOnlyList<NodeSetting> Read(OptionsReader reader)
    {
        var timeout = reader.Timeout();
        var nodes = Numbers.Select(n => Read(reader, n, timeout)).OfType<NodeSetting>().ToArray();
        if (nodes is not [var first, var second]) return nodes;
        if (Place(first) == Place(second))
            reader.Problem(second.SettingName, $"is the same node as {first.SettingName}: two copies in one place are one copy", Example(2));
        var (one, two) = (ClusterReader.Read(reader, 1, first), ClusterReader.Read(reader, 2, second));
        if (one.Kind == NodeKind.Cluster && two.Kind == NodeKind.Cluster && Place(one) == Place(two))
            reader.Problem(two.SettingName, $"is the same peer as {one.SettingName}: each node has a peer of its own", "http://127.0.0.1:9194");
        return [one, two];
    }

    /// <summary>Nodes by their addresses, whatever is set; the n-th has the credentials of IPFS_NODE_n_URL.</summary>
    public static IReadOnlyList<NodeSetting> Given(OptionsReader reader, IReadOnlyList<string> addresses)
    {
        var timeout = reader.Timeout();
        return [.. addresses.Select((text, at) => Read(reader, NodeUrl(at + 1), at + 1, text.Trim(), timeout)).OfType<NodeSetting>().DistinctBy(Place)];
    }

    private static NodeSetting? Read(OptionsReader reader, int number, TimeSpan timeout)
    {
        var name = NodeUrl(number);
        if (reader.Get(name) is { } text) return Read(reader, name, number, text, timeout);
        reader.Problem(name, "is not set", Example(number));
        return null;
    }

    private static NodeSetting? Read(OptionsReader reader, string name, int number, string text, TimeSpan timeout)
    {
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
        if (node.Kind != NodeKind.Vault) HttpAddress.CheckAccess(reader, node);
        else if (node.Token is not null) reader.Warn($"{node.TokenSettingName} has no effect: {node.SettingName} is a directory");
        if (node is { Kind: NodeKind.Vault, CaFile: not null }) reader.Warn($"{node.CaFileSettingName} has no effect: {node.SettingName} is a directory");
    }

    private static string? Fault(string text) =>
        text.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? FileUri.Fault(text) : HttpAddress.Fault(text, "file:///directory, ");

    private static string Place(NodeSetting node) => node.Kind == NodeKind.Vault ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(node.Directory)) : HttpAddress.Place(node.Url);

    private static string Example(int number) => $"file:///var/backups/vault-{number}";
}
