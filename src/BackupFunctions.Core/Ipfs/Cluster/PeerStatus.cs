namespace BackupFunctions.Ipfs.Cluster;

/// <summary>What one peer of a cluster says of one pin; the status is a word of the REST API.</summary>
internal sealed record PeerStatus(string Peer, string Name, string Status, string Error)
{
    /// <summary>The peer holds all of it.</summary>
    public bool IsPinned => Status == "pinned";

    /// <summary>The pin is not this peer's to keep: no error.</summary>
    public bool IsElsewhere => Status == "remote";

    /// <summary>The peer is at work: the cluster itself ends what makes no progress.</summary>
    public bool IsWorking => Status == "pinning";

    /// <summary>The peer will do nothing more by itself.</summary>
    public bool HasFailed => Status is "pin_error" or "unexpectedly_unpinned";

    /// <inheritdoc/>
    public override string ToString() => $"{(Name.Length > 0 ? Name : Peer)}: {Status}{(Error.Length > 0 ? $" ({Error})" : "")}";
}
