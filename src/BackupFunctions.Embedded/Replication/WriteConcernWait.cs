using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Replication;

/// <summary>Holds a write's reply back until as many members have it as the write concern asks for; without one, a majority.</summary>
internal static class WriteConcernWait
{
    /// <summary>Waits, and adds <c>writeConcernError</c> to the reply where the wait failed.</summary>
    public static async ValueTask After(Member member, CommandContext context, BsonDocument reply)
    {
        var open = context.Body.Contains("autocommit") && context.Name is not ("commitTransaction" or "abortTransaction");
        if (open || !MemberGate.IsWrite(context.Name)) return;
        var concern = context.Body.TryGetValue("writeConcern", out var value) && value is BsonDocument given ? given : [];
        var set = member.Set;
        var (optime, term, w) = (set.Newest.Optime, set.Term, concern.GetValue("w", "majority"));
        if (w.IsNumeric && w.ToInt32() <= 1) return;
        if (w.IsNumeric && w.ToInt32() > set.Members.Count)
        {
            reply["writeConcernError"] = Error(100, "UnsatisfiableWriteConcern", "Not enough data-bearing nodes");
            return;
        }
        var timeout = concern.GetValue("wtimeout", 0).ToInt64();
        var done = await set.Changed.Until(() => Has() || set.Term != term, timeout > 0 ? TimeSpan.FromMilliseconds(timeout) : null, context.Cancellation);
        if (!done)
        {
            reply["writeConcernError"] = Error(64, "WriteConcernTimeout", "waiting for replication timed out").Add("errInfo", new BsonDocument("wtimeout", true));
        }
        else if (set.Term != term && !(Has() && member.IsPrimary))
        {
            reply["writeConcernError"] = Error(189, "PrimarySteppedDown", "Primary stepped down while waiting for replication");
        }

        bool Has() => w.IsNumeric
            ? set.Members.Count(m => m.Applied.Optime.Value >= optime.Value) >= w.ToInt32()
            : set.Committed.Optime.Value >= optime.Value;
    }

    private static BsonDocument Error(int code, string name, string message) => new() { { "code", code }, { "codeName", name }, { "errmsg", message } };
}
