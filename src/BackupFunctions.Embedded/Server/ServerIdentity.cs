using System.Net;
using System.Net.Sockets;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Server;

/// <summary>What a running server says about itself: the only member, and always the primary, of its replica set.</summary>
internal sealed class ServerIdentity(EmbeddedMongoOptions options, int port, IOptimeSource optimes)
{
    /// <summary>The election term; there was one election.</summary>
    public const long Term = 1;

    /// <summary>The options it was started with.</summary>
    public EmbeddedMongoOptions Options { get; } = options;

    /// <summary>The server version that is spoken, not that of this code.</summary>
    public Version Version { get; } = options.ServerVersion;

    /// <summary>The port it listens on.</summary>
    public int Port { get; } = port;

    /// <summary>How far the oplog has come.</summary>
    public IOptimeSource Optimes { get; } = optimes;

    /// <summary>When it started.</summary>
    public DateTimeOffset Started { get; } = options.Time.GetUtcNow();

    /// <summary>The optime at its start, which was also its election.</summary>
    public BsonTimestamp ElectionTime { get; } = optimes.LastOptime;

    /// <summary>The id of the replica set, made anew at each start.</summary>
    public ObjectId ReplicaSetId { get; } = new(ServerRandom.Bytes(12));

    /// <summary><c>host:port</c>, the member's name.</summary>
    public string Member { get; } = $"{HostOf(options)}:{port}";

    /// <summary>The time now, UTC.</summary>
    public DateTime Now => Options.Time.GetUtcNow().UtcDateTime;

    /// <summary>The time since the start.</summary>
    public TimeSpan Uptime => Options.Time.GetUtcNow() - Started;

    /// <summary>An optime as replication writes it: <c>{ts, t}</c>.</summary>
    public static BsonDocument Optime(BsonTimestamp timestamp) => new() { { "ts", timestamp }, { "t", Term } };

    private static string HostOf(EmbeddedMongoOptions options)
    {
        if (options.Host is { } host) return host;
        var address = options.Address;
        if (address.Equals(IPAddress.Any)) address = IPAddress.Loopback;
        if (address.Equals(IPAddress.IPv6Any)) address = IPAddress.IPv6Loopback;
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
    }
}
