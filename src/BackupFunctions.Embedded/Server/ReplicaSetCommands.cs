using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Replication;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Server;

/// <summary>State and configuration of the replica set, stepping down, and notes in the oplog.</summary>
internal sealed class ReplicaSetCommands(ServerIdentity server, Store store)
{
    private const long HeartbeatMilliseconds = 2000;

    /// <summary>Adds the commands.</summary>
    public void Register(CommandTable commands)
    {
        commands.AddAdmin("replSetGetStatus", _ => ValueTask.FromResult(new ReplicaSetStatus(server, HeartbeatMilliseconds).ToDocument()));
        commands.AddAdmin("replSetGetConfig", _ => ValueTask.FromResult(new BsonDocument("config", Config())));
        commands.AddAdmin("replSetGetRBID", _ => ValueTask.FromResult(new BsonDocument("rbid", server.Member.RollbackId)));
        commands.AddAdmin("replSetStepDown", context => ValueTask.FromResult(StepDown(context)));
        commands.AddAdmin("appendOplogNote", context => ValueTask.FromResult(AppendNote(context)));
    }

    private BsonDocument StepDown(CommandContext context)
    {
        if (!server.Member.IsPrimary) throw new CommandException(10107, "NotWritablePrimary", "not primary so can't step down");
        if (server.Set.Candidate(server.Member) is null && !context.Body.GetValue("force", false).ToBoolean())
        {
            throw new CommandException(
                262,
                "ExceededTimeLimit",
                "No electable secondaries caught up. Please use the replSetStepDown command with the argument {force: true} to force node to step down.");
        }
        server.Set.StepDown(null);
        return [];
    }

    private BsonDocument AppendNote(CommandContext context)
    {
        var arguments = Arguments.Read(context, "data", "maxClusterTime");
        var data = arguments.Object("data");
        if (data.IsMissing) throw arguments.Required("data");
        if (arguments["maxClusterTime"] is { IsMissing: false } most && (ulong)store.LastOptime.Value > most.UInt64)
            throw new CommandException(209, "StaleClusterTime", $"Requested maxClusterTime is less than the primary's clusterTime {store.LastOptime}");
        store.WriteNoop(data);
        return [];
    }

    private BsonDocument Config() => new()
    {
        { "_id", server.Options.ReplicaSet },
        { "version", 1 },
        { "term", server.Set.Term },
        { "members", new BsonArray(server.Set.Members.Select(Member)) },
        { "protocolVersion", 1L },
        { "writeConcernMajorityJournalDefault", true },
        {
            "settings", new BsonDocument
            {
                { "chainingAllowed", true },
                { "heartbeatIntervalMillis", (int)HeartbeatMilliseconds },
                { "heartbeatTimeoutSecs", 10 },
                { "electionTimeoutMillis", 10_000 },
                { "getLastErrorModes", new BsonDocument() },
                { "getLastErrorDefaults", new BsonDocument { { "w", 1 }, { "wtimeout", 0 } } },
                { "replicaSetId", server.Set.Id },
            }
        },
    };

    private static BsonDocument Member(Member member) => new()
    {
        { "_id", member.Index },
        { "host", member.Name },
        { "arbiterOnly", false },
        { "buildIndexes", true },
        { "hidden", false },
        { "priority", 1.0 },
        { "tags", new BsonDocument() },
        { "secondaryDelaySecs", 0L },
        { "votes", 1 },
    };
}
