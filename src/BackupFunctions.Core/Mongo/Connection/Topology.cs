using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>What kind of deployment answers.</summary>
public enum DeploymentKind
{
    /// <summary>A replica set: full and incremental backups.</summary>
    ReplicaSet,

    /// <summary>A single server without an oplog: full backups only.</summary>
    Standalone,

    /// <summary>A sharded cluster behind mongos.</summary>
    Sharded,
}

/// <summary>A member of a replica set; <see cref="State"/> is <c>PRIMARY</c>, <c>SECONDARY</c> and so on, or null where we may not ask.</summary>
public sealed record ReplicaMember(string Host, string? State);

/// <summary>The deployment as it is now.</summary>
public sealed record Topology
{
    /// <summary>The version that the server reports, for example <c>8.0.4</c>.</summary>
    public required ServerVersion Version { get; init; }

    /// <summary>The feature compatibility version, for example <c>8.0</c>; null where the account may not ask.</summary>
    public required string? FeatureCompatibility { get; init; }

    /// <summary>What kind of deployment it is.</summary>
    public required DeploymentKind Kind { get; init; }

    /// <summary>The replica set's name, or null.</summary>
    public required string? SetName { get; init; }

    /// <summary>The members; empty for a standalone server.</summary>
    public required IReadOnlyList<ReplicaMember> Members { get; init; }

    /// <summary>What the reader of a backup's report should know about this deployment, or null.</summary>
    public string? Warning => Kind == DeploymentKind.Standalone
        ? "the server is no replica set: it keeps no oplog, so a backup is not of one moment and there are no incremental backups"
        : null;

    /// <summary>Asks the deployment. Fails with <see cref="ErrorKind.Configuration"/> for a sharded cluster.</summary>
    public static Task<Topology> Read(MongoConnection connection, CancellationToken cancellationToken) =>
        MongoCall.Run(connection, $"ask {connection.Name} what it is", MongoCall.BackupRoles, ct => ReadOnce(connection, ct), cancellationToken);

    private static async Task<Topology> ReadOnce(MongoConnection connection, CancellationToken cancellationToken)
    {
        var hello = await connection.Run("admin", new BsonDocument("hello", 1), cancellationToken).ConfigureAwait(false);
        var kind = KindOf(hello);
        if (kind == DeploymentKind.Sharded)
        {
            throw new BackupException(ErrorKind.Configuration,
                $"use {connection.Name}: it is a mongos, and sharded clusters are not supported",
                "a sharded cluster cannot be backed up consistently through mongos; give the URI of a replica set");
        }
        var build = await connection.Run("admin", new BsonDocument("buildInfo", 1), cancellationToken).ConfigureAwait(false);
        return new Topology
        {
            Version = ServerVersion.Parse(build["version"].AsString),
            FeatureCompatibility = await FeatureCompatibilityOf(connection, cancellationToken).ConfigureAwait(false),
            Kind = kind,
            SetName = hello.GetValue("setName", BsonNull.Value) is BsonString name ? name.Value : null,
            Members = kind == DeploymentKind.ReplicaSet ? await MembersOf(connection, hello, cancellationToken).ConfigureAwait(false) : [],
        };
    }

    /// <summary>The kind that a reply to <c>hello</c> tells.</summary>
    public static DeploymentKind KindOf(BsonDocument hello) =>
        hello.GetValue("msg", BsonNull.Value) == "isdbgrid" ? DeploymentKind.Sharded
        : hello.Contains("setName") ? DeploymentKind.ReplicaSet
        : DeploymentKind.Standalone;

    private static async Task<string?> FeatureCompatibilityOf(MongoConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await connection.Run("admin",
                new BsonDocument { { "getParameter", 1 }, { "featureCompatibilityVersion", 1 } }, cancellationToken).ConfigureAwait(false);
            return reply.GetValue("featureCompatibilityVersion", BsonNull.Value) switch
            {
                BsonDocument document => document.GetValue("version", BsonNull.Value) as BsonString is { } version ? version.Value : null,
                BsonString version => version.Value,
                _ => null,
            };
        }
        catch (MongoCommandException e) when (e.Code == MongoErrors.Unauthorized)
        {
            return null;
        }
    }

    private static async Task<IReadOnlyList<ReplicaMember>> MembersOf(
        MongoConnection connection, BsonDocument hello, CancellationToken cancellationToken)
    {
        try
        {
            var status = await connection.Run("admin", new BsonDocument("replSetGetStatus", 1), cancellationToken).ConfigureAwait(false);
            return [.. status["members"].AsBsonArray.Select(m => new ReplicaMember(m["name"].AsString, m.AsBsonDocument.GetValue("stateStr", "UNKNOWN").AsString))];
        }
        catch (MongoCommandException e) when (e.Code == MongoErrors.Unauthorized)
        {
            return [.. hello.GetValue("hosts", new BsonArray()).AsBsonArray.Select(host => new ReplicaMember(host.AsString, null))];
        }
    }
}
