namespace BackupFunctions.Standalone.Demo;

/// <summary>What the user asked for.</summary>
public sealed record DemoRequest
{
    /// <summary>A server of the user's own; the default is null, the embedded one.</summary>
    public string? MongoUri { get; init; }

    /// <summary>Two nodes of the user's own; the default is none, two vaults in the temporary directory.</summary>
    public IReadOnlyList<string> NodeUrls { get; init; } = [];

    /// <summary>Whether two real IPFS nodes are started, in place of vaults; the default is false.</summary>
    public bool Ipfs { get; init; }

    /// <summary>Whether vaults, key and, on a server of the user's own, the restored databases stay, and whether the HTTP API is served over them at the end; the default is false.</summary>
    public bool Keep { get; init; }

    /// <summary>Refuses what cannot be run.</summary>
    /// <exception cref="BackupException">The nodes are not two, or given beside others that are to be started, are the same one twice, or are no URLs of a node.</exception>
    public void Check()
    {
        if (Ipfs && NodeUrls.Count > 0) throw Wrong("--ipfs starts nodes of its own");
        if (NodeUrls.Count is not (0 or 2)) throw Wrong($"{NodeUrls.Count} given, two are needed");
        foreach (var (url, number) in NodeUrls.Select((url, index) => (url, index + 1)))
        {
            // the text itself stays out of the message: it may hold a password
            if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https" or "file"))
                throw Wrong($"node {number} is not a URL that starts with http://, https:// or file://");
        }
        if (NodeUrls.Count == 2 && NodeUrls[0].TrimEnd('/') == NodeUrls[1].TrimEnd('/')) throw Wrong("both are the same node");
    }

    private static BackupException Wrong(string why) => new(
        ErrorKind.Configuration, $"read --node: {why}",
        "give --node twice, for example --node http://127.0.0.1:5001 --node file:///var/vault, or not at all for two vaults");
}
