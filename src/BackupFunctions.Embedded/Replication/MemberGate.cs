using System.Collections.Frozen;
using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Replication;

/// <summary>What a member may run: everything as the primary; as a secondary what reads, if the client allows it, and what is about the member.</summary>
internal static class MemberGate
{
    private static readonly FrozenSet<string> OnAny = FrozenSet.Create(
        StringComparer.Ordinal,
        "hello", "isMaster", "ismaster", "ping", "buildInfo", "buildinfo", "serverStatus", "hostInfo", "whatsmyuri", "getCmdLineOpts", "getLog",
        "connectionStatus", "getParameter", "setParameter", "saslStart", "saslContinue", "authenticate", "logout", "startSession", "endSessions",
        "refreshSessions", "killSessions", "killAllSessions", "getMore", "killCursors", "replSetGetStatus", "replSetGetConfig", "replSetGetRBID",
        "replSetStepDown");

    private static readonly FrozenSet<string> Reads = FrozenSet.Create(
        StringComparer.Ordinal,
        "find", "aggregate", "count", "distinct", "listCollections", "listIndexes", "listDatabases", "collStats", "collstats", "dbStats", "dbstats",
        "usersInfo", "rolesInfo", "dbHash", "validate");

    /// <summary>Whether the command changes data, and so is the primary's.</summary>
    public static bool IsWrite(string command) => !OnAny.Contains(command) && !Reads.Contains(command);

    /// <summary>Refuses what this member does not run now: error 10107, or 13435 for a read that was not allowed on secondaries.</summary>
    public static void Check(Member member, CommandContext context)
    {
        if (member.IsPrimary || OnAny.Contains(context.Name)) return;
        if (!Reads.Contains(context.Name)) throw Refusal(member, context, 10107, "NotWritablePrimary", "not primary");
        var allowed = context.Body.TryGetValue("$readPreference", out var value) && value is BsonDocument preference
            && preference.GetValue("mode", "primary") != "primary";
        if (!allowed) throw Refusal(member, context, 13435, "NotPrimaryNoSecondaryOk", "not primary and secondaryOk=false");
    }

    private static CommandException Refusal(Member member, CommandContext context, int code, string name, string message)
    {
        var extra = new BsonDocument("topologyVersion", member.TopologyVersion);
        var inTransaction = context.Body.Contains("autocommit");
        if (inTransaction && context.Name != "commitTransaction") extra.Add("errorLabels", new BsonArray { "TransientTransactionError" });
        else if (context.Body.Contains("txnNumber")) extra.Add("errorLabels", new BsonArray { "RetryableWriteError" });
        return new CommandException(code, name, message, extra);
    }
}
