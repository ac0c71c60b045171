using System.Globalization;
using static BackupFunctions.Configuration.SettingNames;

namespace BackupFunctions.Configuration;

/// <summary>Reads the cluster peers that stand in front of nodes.</summary>
internal static class ClusterReader
{
    private const int Most = 1000;

    /// <summary>The peer in front of a node; the node itself when there is none.</summary>
    public static NodeSetting Read(OptionsReader reader, int number, NodeSetting node)
    {
        var name = ClusterUrl(number);
        if (reader.Get(name) is not { } text)
        {
            if (reader.Get(ClusterToken(number)) is not null) reader.Warn($"{ClusterToken(number)} has no effect: {name} is not set");
            return node;
        }
        if (HttpAddress.Fault(text) is { } fault)
        {
            reader.Problem(name, fault, "http://127.0.0.1:9094");
            return node;
        }
        if (node.Kind != NodeKind.Kubo)
        {
            reader.Problem(node.SettingName, $"is a directory, and {name} is set: want the RPC of the node behind that cluster peer", "http://127.0.0.1:5001");
            return node;
        }
        var peer = new NodeSetting(name, NodeKind.Cluster, new Uri(text), reader.Get(ClusterToken(number)))
        {
            CaFile = reader.Get(ClusterCaFile(number)) is { } file ? reader.Source.FullPath(file) : null,
            Timeout = node.Timeout,
            Cluster = new(node, Replication(reader)),
        };
        HttpAddress.CheckAccess(reader, peer);
        return peer;
    }

    private static int Replication(OptionsReader reader)
    {
        if (reader.Get(ClusterReplication) is not { } text) return Defaults.ClusterReplication;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value is -1 or (>= 1 and <= Most)) return value;
        reader.Problem(new SettingProblem(ClusterReplication, $"is not a whole number from 1 to {Most}, or -1 for every peer", $"{ClusterReplication}=2"));
        return Defaults.ClusterReplication;
    }
}
