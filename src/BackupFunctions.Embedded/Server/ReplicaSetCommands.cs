using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Server;

/// <summary>
/// State and configuration of the replica set of one. What is written is committed by the majority at once, and never rolled back.
/// </summary>
internal sealed class ReplicaSetCommands(ServerIdentity server)
{
    private const int Primary = 1;
    private const long HeartbeatMilliseconds = 2000;

    /// <summary>Adds the commands.</summary>
    public void Register(CommandTable commands)
    {
        commands.AddAdmin("replSetGetStatus", _ => ValueTask.FromResult(Status()));
        commands.AddAdmin("replSetGetConfig", _ => ValueTask.FromResult(new BsonDocument("config", Config())));
        commands.AddAdmin("replSetGetRBID", _ => ValueTask.FromResult(new BsonDocument("rbid", 1)));
    }

    private BsonDocument Status()
    {
        var optime = ServerIdentity.Optime(server.Optimes.LastOptime);
        var wallTime = server.Optimes.LastWallTime;
        return new BsonDocument
        {
            { "set", server.Options.ReplicaSet },
            { "date", server.Now },
            { "myState", Primary },
            { "term", ServerIdentity.Term },
            { "syncSourceHost", string.Empty },
            { "syncSourceId", -1 },
            { "heartbeatIntervalMillis", HeartbeatMilliseconds },
            { "majorityVoteCount", 1 },
            { "writeMajorityCount", 1 },
            { "votingMembersCount", 1 },
            { "writableVotingMembersCount", 1 },
            {
                "optimes", new BsonDocument
                {
                    { "lastCommittedOpTime", optime },
                    { "lastCommittedWallTime", wallTime },
                    { "readConcernMajorityOpTime", optime },
                    { "appliedOpTime", optime },
                    { "durableOpTime", optime },
                    { "lastAppliedWallTime", wallTime },
                    { "lastDurableWallTime", wallTime },
                }
            },
            { "members", new BsonArray { Member(optime, wallTime) } },
        };
    }

    private BsonDocument Member(BsonDocument optime, DateTime wallTime) => new()
    {
        { "_id", 0 },
        { "name", server.Member },
        { "health", 1.0 },
        { "state", Primary },
        { "stateStr", "PRIMARY" },
        { "uptime", (int)server.Uptime.TotalSeconds },
        { "optime", optime },
        { "optimeDate", DateTimeOffset.FromUnixTimeSeconds(server.Optimes.LastOptime.Timestamp).UtcDateTime },
        { "lastAppliedWallTime", wallTime },
        { "lastDurableWallTime", wallTime },
        { "syncSourceHost", string.Empty },
        { "syncSourceId", -1 },
        { "infoMessage", string.Empty },
        { "electionTime", server.ElectionTime },
        { "electionDate", server.Started.UtcDateTime },
        { "configVersion", 1 },
        { "configTerm", ServerIdentity.Term },
        { "self", true },
        { "lastHeartbeatMessage", string.Empty },
    };

    private BsonDocument Config() => new()
    {
        { "_id", server.Options.ReplicaSet },
        { "version", 1 },
        { "term", ServerIdentity.Term },
        {
            "members", new BsonArray
            {
                new BsonDocument
                {
                    { "_id", 0 },
                    { "host", server.Member },
                    { "arbiterOnly", false },
                    { "buildIndexes", true },
                    { "hidden", false },
                    { "priority", 1.0 },
                    { "tags", new BsonDocument() },
                    { "secondaryDelaySecs", 0L },
                    { "votes", 1 },
                },
            }
        },
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
                { "replicaSetId", server.ReplicaSetId },
            }
        },
    };
}
