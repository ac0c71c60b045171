using System.Globalization;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>The oplog entries of a transaction: its operations in one <c>applyOps</c> entry or in several, and the end of a prepared one.</summary>
internal static class TransactionLog
{
    private const string Namespace = "admin.$cmd";

    /// <summary>Writes the operations; those of a prepared transaction are not to be applied yet.</summary>
    public static void Write(WriteUnit unit, Transaction transaction, int maxEntryBytes, bool prepare)
    {
        var operations = transaction.Operations.Select(o => o.Entry.ToOperation()).ToList();
        var parts = Split(operations, maxEntryBytes);
        for (var i = 0; i < parts.Count; i++)
        {
            var (last, several) = (i == parts.Count - 1, parts.Count > 1);
            var o = new RawWriter().Append("applyOps", Array(parts[i]));
            if (!last) o.Append("partialTxn", true);
            if (last && prepare) o.Append("prepare", true);
            if (last && several) o.Append("count", (long)operations.Count);
            Log(unit, transaction, o);
        }
    }

    public static void Commit(WriteUnit unit, Transaction transaction, BsonTimestamp commitTimestamp) =>
        Log(unit, transaction, new RawWriter().Append("commitTransaction", 1).Append("commitTimestamp", RawValue.From(commitTimestamp)));

    public static void Abort(WriteUnit unit, Transaction transaction) => Log(unit, transaction, new RawWriter().Append("abortTransaction", 1));

    /// <summary>An array of documents.</summary>
    public static RawValue Array(IReadOnlyList<byte[]> documents)
    {
        var writer = new RawWriter(documents.Sum(d => d.Length + 16) + 16);
        for (var i = 0; i < documents.Count; i++) writer.Append(i.ToString(CultureInfo.InvariantCulture), RawValue.Document(documents[i]));
        return RawValue.Array(writer.ToDocument());
    }

    private static void Log(WriteUnit unit, Transaction transaction, RawWriter o)
    {
        var statement = new SessionStatement(transaction.SessionId, transaction.Number, null, transaction.Last);
        transaction.Logged(unit.Log(new OplogEntry("c", Namespace, null, RawValue.Document(o.ToDocument()), Statement: statement)));
    }

    private static List<List<byte[]>> Split(List<byte[]> operations, int maxBytes)
    {
        var parts = new List<List<byte[]>> { new() };
        var bytes = 0;
        foreach (var operation in operations)
        {
            if (parts[^1].Count > 0 && bytes + operation.Length > maxBytes)
            {
                parts.Add([]);
                bytes = 0;
            }
            parts[^1].Add(operation);
            bytes += operation.Length;
        }
        return parts;
    }
}
