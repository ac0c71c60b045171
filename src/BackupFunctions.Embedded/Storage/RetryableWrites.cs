using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>
/// The results of retryable writes by session and statement, so that a repeated write is answered and not done again. Used under the
/// writer lock only. Sessions used longest ago are forgotten beyond a bound.
/// </summary>
internal sealed class RetryableWrites
{
    private const int MaxSessions = 10_000;

    private readonly Dictionary<string, LinkedListNode<Session>> _sessions = [];
    private readonly LinkedList<Session> _byUse = new();

    /// <summary>The statements of a transaction number; a number below the session's newest gives error 225.</summary>
    public Session Open(RawValue sessionId, long transactionNumber)
    {
        var key = Convert.ToHexString(sessionId.Span);
        if (!_sessions.TryGetValue(key, out var node))
        {
            node = new LinkedListNode<Session>(new Session(key, transactionNumber));
            _sessions.Add(key, node);
        }
        else
        {
            _byUse.Remove(node);
        }
        _byUse.AddLast(node);
        if (_sessions.Count > MaxSessions) Forget();
        node.Value.Enter(transactionNumber);
        return node.Value;
    }

    /// <summary>Forgets the sessions that wrote behind an optime, whose writes are gone.</summary>
    public void ForgetAfter(BsonTimestamp optime)
    {
        foreach (var session in _byUse.Where(s => s.Last.Value > optime.Value).ToList())
        {
            _sessions.Remove(session.Key, out var node);
            _byUse.Remove(node!);
        }
    }

    private void Forget()
    {
        var oldest = _byUse.First!;
        _byUse.Remove(oldest);
        _sessions.Remove(oldest.Value.Key);
    }

    /// <summary>One session's newest transaction number and its statements' results.</summary>
    internal sealed class Session(string key, long transactionNumber)
    {
        private readonly Dictionary<int, BsonDocument> _results = [];

        public string Key { get; } = key;

        public long TransactionNumber { get; private set; } = transactionNumber;

        /// <summary>Optime of the transaction number's last oplog entry, or zero.</summary>
        public BsonTimestamp Last { get; set; } = new(0, 0);

        public BsonDocument? Result(int statementId) => _results.GetValueOrDefault(statementId);

        public void Record(int statementId, BsonDocument result) => _results[statementId] = result;

        public void Enter(long transactionNumber)
        {
            if (transactionNumber == TransactionNumber) return;
            if (transactionNumber < TransactionNumber)
            {
                throw new CommandException(225, "TransactionTooOld", $"Retryable write with txnNumber {transactionNumber} is prohibited on session {Key} because a newer one with txnNumber {TransactionNumber} has already started on this session.");
            }
            (TransactionNumber, Last) = (transactionNumber, new BsonTimestamp(0, 0));
            _results.Clear();
        }
    }
}
