using BackupFunctions.Embedded.Replication;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Server;

/// <summary>What a running member says about itself.</summary>
internal sealed class ServerIdentity(EmbeddedMongoOptions options, int port, Member member)
{
    /// <summary>The options it was started with.</summary>
    public EmbeddedMongoOptions Options { get; } = options;

    /// <summary>The server version that is spoken, not that of this code.</summary>
    public Version Version { get; } = options.ServerVersion;

    /// <summary>The port it listens on.</summary>
    public int Port { get; } = port;

    /// <summary>Its part in the replica set.</summary>
    public Member Member { get; } = member;

    /// <summary>The replica set.</summary>
    public ReplicaSet Set => Member.Set;

    /// <summary>The time now, UTC.</summary>
    public DateTime Now => Set.Now.UtcDateTime;

    /// <summary>The time since the start.</summary>
    public TimeSpan Uptime => Set.Now - Member.Started;

    /// <summary>Names of all members.</summary>
    public BsonArray Hosts => new(Set.Members.Select(m => m.Name));

    /// <summary>The optime of a state as replication writes it: <c>{ts, t}</c>.</summary>
    public static BsonDocument Optime(StoreState state) => new() { { "ts", state.Optime }, { "t", state.Term } };
}
