using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Wire;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Server;

/// <summary>
/// hello and its older form isMaster. No topologyVersion is sent: with one, a client would wait on the server for changes of the topology;
/// without one it asks at its heartbeat interval, which is all that a set of one unchanging member needs.
/// </summary>
internal sealed class HelloCommands(ServerIdentity server, Authenticator authenticator)
{
    // the counter of elections is in the last eight bytes, as the server makes these ids
    private static readonly ObjectId ElectionId = new("7fffffff0000000000000001");

    /// <summary>Adds the commands.</summary>
    public void Register(CommandTable commands)
    {
        commands.Add("hello", context => ValueTask.FromResult(Hello(context, "isWritablePrimary")));
        commands.Add("isMaster", context => ValueTask.FromResult(Hello(context, "ismaster")));
        commands.Add("ismaster", context => ValueTask.FromResult(Hello(context, "ismaster")));
    }

    private BsonDocument Hello(CommandContext context, string primaryField)
    {
        var reply = new BsonDocument();
        if (context.Body.Contains("helloOk")) reply.Add("helloOk", true);
        reply.AddRange(new BsonDocument
        {
            { "hosts", new BsonArray { server.Member } },
            { "setName", server.Options.ReplicaSet },
            { "setVersion", 1 },
            { primaryField, true },
            { "secondary", false },
            { "primary", server.Member },
            { "me", server.Member },
            { "electionId", ElectionId },
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

    private BsonDocument LastWrite()
    {
        var optime = ServerIdentity.Optime(server.Optimes.LastOptime);
        var date = server.Optimes.LastWallTime;
        return new BsonDocument { { "opTime", optime }, { "lastWriteDate", date }, { "majorityOpTime", optime }, { "majorityWriteDate", date } };
    }
}
