using BackupFunctions.Embedded.Replication;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Server;

/// <summary>The reply of replSetGetStatus, as one member gives it.</summary>
internal sealed class ReplicaSetStatus(ServerIdentity server, long heartbeatMilliseconds)
{
    private readonly Member _self = server.Member;

    /// <summary>The reply without <c>ok</c>.</summary>
    public BsonDocument ToDocument()
    {
        var (set, applied, committed) = (server.Set, _self.Applied, _self.Committed);
        return new BsonDocument
        {
            { "set", server.Options.ReplicaSet },
            { "date", server.Now },
            { "myState", State(_self).Number },
            { "term", set.Term },
            { "syncSourceHost", SyncSource(_self) },
            { "syncSourceId", SyncSourceId(_self) },
            { "heartbeatIntervalMillis", heartbeatMilliseconds },
            { "majorityVoteCount", set.Majority },
            { "writeMajorityCount", set.Majority },
            { "votingMembersCount", set.Members.Count },
            { "writableVotingMembersCount", set.Members.Count },
            {
                "optimes", new BsonDocument
                {
                    { "lastCommittedOpTime", ServerIdentity.Optime(committed) },
                    { "lastCommittedWallTime", committed.Wall },
                    { "readConcernMajorityOpTime", ServerIdentity.Optime(committed) },
                    { "appliedOpTime", ServerIdentity.Optime(applied) },
                    { "durableOpTime", ServerIdentity.Optime(applied) },
                    { "lastAppliedWallTime", applied.Wall },
                    { "lastDurableWallTime", applied.Wall },
                }
            },
            { "members", new BsonArray(set.Members.Select(Describe)) },
        };
    }

    private BsonDocument Describe(Member member)
    {
        var (state, applied) = (State(member), member.Applied);
        var document = new BsonDocument
        {
            { "_id", member.Index },
            { "name", member.Name },
            { "health", member.Running ? 1.0 : 0.0 },
            { "state", state.Number },
            { "stateStr", state.Name },
            { "uptime", member.Running ? (int)(server.Set.Now - member.Started).TotalSeconds : 0 },
            { "optime", ServerIdentity.Optime(applied) },
            { "optimeDate", DateTimeOffset.FromUnixTimeSeconds(applied.Optime.Timestamp).UtcDateTime },
            { "lastAppliedWallTime", applied.Wall },
            { "lastDurableWallTime", applied.Wall },
            { "syncSourceHost", SyncSource(member) },
            { "syncSourceId", SyncSourceId(member) },
            { "infoMessage", string.Empty },
        };
        if (member.IsPrimary) document.Add("electionTime", server.Set.ElectionTime).Add("electionDate", server.Set.ElectedAt.UtcDateTime);
        document.Add("configVersion", 1).Add("configTerm", server.Set.Term);
        if (member == _self) document.Add("self", true);
        return document.Add("lastHeartbeatMessage", member.Running ? string.Empty : "Connection refused");
    }

    private static (int Number, string Name) State(Member member) =>
        !member.Running ? (8, "(not reachable/healthy)") : member.IsPrimary ? (1, "PRIMARY") : (2, "SECONDARY");

    private string SyncSource(Member member) => member.IsPrimary || !member.Running ? string.Empty : server.Set.Primary?.Name ?? string.Empty;

    private int SyncSourceId(Member member) => member.IsPrimary || !member.Running ? -1 : server.Set.Primary?.Index ?? -1;
}
