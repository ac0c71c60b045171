using static BackupFunctions.Configuration.SettingNames;

namespace BackupFunctions.Configuration;

/// <summary>Reads the trustless gateways.</summary>
internal static class GatewayReader
{
    private const string Example = "https://gateway.example.com";

    public static IReadOnlyList<NodeSetting> Read(OptionsReader reader)
    {
        var gateways = new List<NodeSetting>();
        foreach (var text in reader.Get(Gateways)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            if (HttpAddress.Fault(text) is { } fault) reader.Problem(Gateways, fault, Example);
            else if (new Uri(text) is { UserInfo.Length: > 0 }) reader.Problem(Gateways, "has a user: a gateway is asked without credentials", Example);
            else gateways.Add(new(Gateways, NodeKind.Gateway, new Uri(text), null) { Timeout = reader.Timeout() });
        }
        return gateways;
    }
}
