using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>
/// Inserts of one retryable write that share oplog entries: an <c>applyOps</c> that is no transaction, up to 500 documents in each, as servers
/// from 8.0 on write them. One document alone has an entry of its own.
/// </summary>
internal sealed class VectoredInserts(WriteUnit unit, StatementLog log)
{
    private const int MaxDocuments = 500;

    private readonly List<(int Index, OplogEntry Entry)> _pending = [];
    private int _bytes;

    public void Insert(Namespace ns, byte[] document, int index)
    {
        var entry = unit.InsertUnlogged(ns, document, log.Statement(index));
        if (entry is null)
        {
            log.Done(index, [], null);
            return;
        }
        if (_pending.Count == MaxDocuments || _bytes + document.Length > DocumentIntake.MaxBytes) Flush();
        _pending.Add((index, entry));
        _bytes += document.Length;
    }

    /// <summary>Writes what is still without an entry.</summary>
    public void Flush()
    {
        if (_pending.Count == 0) return;
        BsonTimestamp optime;
        if (_pending is [var (index, _)])
        {
            optime = unit.Log(_pending[0].Entry with { Statement = log.Statement(index) });
        }
        else
        {
            var operations = TransactionLog.Array([.. _pending.Select(p => p.Entry.ToOperation())]);
            var o = RawValue.Document(new RawWriter(operations.Length + 32).Append("applyOps", operations).ToDocument());
            optime = unit.Log(new OplogEntry("c", "admin.$cmd", null, o, Statement: log.Statement(0) with { StatementId = null }) { IsVectored = true });
        }
        foreach (var (done, _) in _pending) log.Done(done, [], optime);
        _pending.Clear();
        _bytes = 0;
    }
}
