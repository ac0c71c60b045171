using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Wire;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Server;

/// <summary>
/// hello and its older form isMaster. A client that sends the topologyVersion it knows gets its reply when that has changed, or after
/// <c>maxAwaitTimeMS</c>; one reply for each request, which is what a client that allows a stream has to take too.
/// </summary>
internal sealed class HelloCommands(ServerIdentity server, Authenticator authenticator)
{
    /// <summary>Adds the commands.</summary>
    public void Register(CommandTable commands)
    {
        commands.Add("hello", context => Hello(context, "isWritablePrimary"));
        commands.Add("isMaster", context => Hello(context, "ismaster"));
        commands.Add("ismaster", context => Hello(context, "ismaster"));
    }

    private async ValueTask<BsonDocument> Hello(CommandContext context, string primaryField)
    {
        await AwaitChange(context);
        var (member, set) = (server.Member, server.Set);
        var (version, primary, isPrimary) = (member.TopologyVersion, set.Primary, member.IsPrimary);
        var reply = new BsonDocument();
        if (context.Body.Contains("helloOk")) reply.Add("helloOk", true);
        reply.AddRange(new BsonDocument
        {
            { "topologyVersion", version },
            { "hosts", server.Hosts },
            { "setName", server.Options.ReplicaSet },
            { "setVersion", 1 },
            { primaryField, isPrimary },
            { "secondary", !isPrimary },
        });
        if (primary is not null) reply.Add("primary", primary.Name);
        reply.Add("me", member.Name);
        if (isPrimary) reply.Add("electionId", ElectionId(set.Term));
        reply.AddRange(new BsonDocument
        {
            { "lastWrite", LastWrite() },
            { "maxBsonObjectSize", 16 * 1024 * 1024 },
            { "maxMessageSizeBytes", MessageHeader.MaxMessageSize },
            { "maxWriteBatchSize", 100_000 },
            { "localTime", server.Now },
            { "logicalSessionTimeoutMinutes", SessionCommands.TimeoutMinutes },
            { "connectionId", context.Connection.Id },
            { "minWireVersion", 0 },
            { "maxWireVersion", 21 },
            { "readOnly", false },
        });
        if (context.Body.Contains("saslSupportedMechs")) reply.Add("saslSupportedMechs", new BsonArray(Authenticator.UserMechanisms));
        if (context.Body.TryGetValue("speculativeAuthenticate", out var first) && first is BsonDocument command
            && authenticator.Speculate(context.Connection, command) is { } answer)
            reply.Add("speculativeAuthenticate", answer);
        return reply;
    }

    private async ValueTask AwaitChange(CommandContext context)
    {
        if (!context.Body.TryGetValue("topologyVersion", out var known) || known is not BsonDocument version) return;
        if (!context.Body.TryGetValue("maxAwaitTimeMS", out var limit)) throw ServerErrors.BadValue("A request with a 'topologyVersion' must include 'maxAwaitTimeMS'");
        var (process, counter, member) = (version["processId"], version["counter"].ToInt64(), server.Member);
        await server.Set.Changed.Until(
            () => process != member.ProcessId || counter != member.TopologyCounter, TimeSpan.FromMilliseconds(limit.ToInt64()), context.Cancellation);
    }

    private BsonDocument LastWrite()
    {
        var (applied, committed) = (server.Member.Applied, server.Member.Committed);
        return new BsonDocument
        {
            { "opTime", ServerIdentity.Optime(applied) },
            { "lastWriteDate", applied.Wall },
            { "majorityOpTime", ServerIdentity.Optime(committed) },
            { "majorityWriteDate", committed.Wall },
        };
    }

    // the term is in the last eight bytes, as the server makes these ids
    private static ObjectId ElectionId(long term) => new($"7fffffff{term:x16}");
}
