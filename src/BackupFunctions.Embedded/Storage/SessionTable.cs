using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>
/// What the server remembers of sessions: the newest transaction number with its transaction, or with the results of a retryable write, so
/// that a repeated write is answered and not done again. Used under the writer lock only. Sessions used longest ago are forgotten beyond a
/// bound.
/// </summary>
internal sealed class SessionTable(RecordLocks locks)
{
    private const int MaxSessions = 10_000;

    private readonly Dictionary<string, LinkedListNode<Session>> _sessions = [];
    private readonly LinkedList<Session> _byUse = new();

    /// <summary>The session; made when it is new.</summary>
    public Session Open(RawValue sessionId)
    {
        var key = Convert.ToHexString(sessionId.Span);
        if (!_sessions.TryGetValue(key, out var node))
        {
            node = new LinkedListNode<Session>(new Session(sessionId));
            _sessions.Add(key, node);
        }
        else
        {
            _byUse.Remove(node);
        }
        _byUse.AddLast(node);
        if (_sessions.Count > MaxSessions) Forget();
        return node.Value;
    }

    /// <summary>The statements of a retryable write; a number below the session's newest gives error 225.</summary>
    public Session Open(RawValue sessionId, long transactionNumber)
    {
        var session = Open(sessionId);
        if (transactionNumber < session.TransactionNumber)
        {
            throw new CommandException(225, "TransactionTooOld", $"Retryable write with txnNumber {transactionNumber} is prohibited on session {session.Name} because a newer {session.Kind} with txnNumber {session.TransactionNumber} has already started on this session.");
        }
        if (session.Transaction is not null && session.TransactionNumber == transactionNumber)
        {
            throw new CommandException(217, "IncompleteTransactionHistory", $"Cannot retry a write with txnNumber {transactionNumber} of session {session.Name}: it is the number of a transaction");
        }
        session.Enter(transactionNumber);
        return session;
    }

    /// <summary>Begins a transaction; error 225 for a number that is too old, 50911 for one that is used.</summary>
    public Transaction Begin(RawValue sessionId, long number, Catalog snapshot, DateTimeOffset now)
    {
        var session = Open(sessionId);
        if (number < session.TransactionNumber)
        {
            throw new CommandException(225, "TransactionTooOld", $"Cannot start transaction with txnNumber {number} on session {session.Name} because a newer {session.Kind} with txnNumber {session.TransactionNumber} has already started on this session.");
        }
        if (number == session.TransactionNumber)
        {
            throw new CommandException(50911, "Location50911", $"Cannot start a transaction at given transaction number {number} a transaction with the same number is in state {session.Transaction?.State.ToString() ?? "None"}");
        }
        session.Enter(number);
        var transaction = new Transaction(sessionId, number, snapshot, now, locks);
        locks.Open(transaction);
        return session.Transaction = transaction;
    }

    /// <summary>Forgets the sessions that wrote behind an optime, whose writes are gone.</summary>
    public void ForgetAfter(BsonTimestamp optime)
    {
        foreach (var session in _byUse.Where(s => s.Last.Value > optime.Value || s.Transaction?.Last.Value > optime.Value).ToList())
        {
            _sessions.Remove(session.Key, out var node);
            _byUse.Remove(node!);
        }
    }

    private void Forget()
    {
        var oldest = _byUse.First;
        while (oldest?.Value.Transaction?.IsOpen == true) oldest = oldest.Next;
        if (oldest is null) return;
        _byUse.Remove(oldest);
        _sessions.Remove(oldest.Value.Key);
    }

    /// <summary>One session's newest transaction number, and its transaction or its statements' results.</summary>
    internal sealed class Session(RawValue sessionId)
    {
        private readonly Dictionary<int, BsonDocument> _results = [];

        public string Key { get; } = Convert.ToHexString(sessionId.Span);

        /// <summary>The id as messages name it.</summary>
        public string Name { get; } = ValueText.Of(sessionId);

        /// <summary>The newest number, or -1.</summary>
        public long TransactionNumber { get; private set; } = -1;

        public Transaction? Transaction { get; set; }

        public string Kind => Transaction is null ? "retryable write" : "transaction";

        /// <summary>Optime of the transaction number's last oplog entry, or zero.</summary>
        public BsonTimestamp Last { get; set; } = new(0, 0);

        public BsonDocument? Result(int statementId) => _results.GetValueOrDefault(statementId);

        public void Record(int statementId, BsonDocument result) => _results[statementId] = result;

        /// <summary>Goes on to a number; a transaction that is open under an older one is aborted.</summary>
        public void Enter(long transactionNumber)
        {
            if (transactionNumber == TransactionNumber) return;
            if (Transaction?.State == TransactionState.Prepared)
            {
                throw new CommandException(267, "PreparedTransactionInProgress", $"Cannot start transaction {transactionNumber} on session {Name} while transaction {TransactionNumber} is prepared");
            }
            if (Transaction?.IsOpen == true) Transaction.End(committed: false);
            Transaction = null;
            (TransactionNumber, Last) = (transactionNumber, new BsonTimestamp(0, 0));
            _results.Clear();
        }
    }
}
