using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>What a write command gathers over its statements: counts, errors by statement, and which were repeats.</summary>
internal sealed class WriteStatements
{
    private const int MaxStatements = 100_000;

    private readonly BsonArray _errors = [];
    private readonly BsonArray _retried = [];

    public long Count { get; set; }

    /// <summary>
    /// Runs each statement; one that fails leaves its error, and when <paramref name="ordered"/> ends the run. A statement that the session
    /// has done before is not done again: <paramref name="replay"/> gets its result.
    /// </summary>
    public void Run<T>(IReadOnlyList<T> statements, bool ordered, StatementLog? log, Action<T, int> run, Action<int, BsonDocument> replay)
    {
        if (statements.Count is 0 or > MaxStatements)
        {
            throw new CommandException(16, "InvalidLength", $"Write batch sizes must be between 1 and {MaxStatements}. Got {statements.Count} operations.");
        }
        for (var i = 0; i < statements.Count; i++)
        {
            if (log?.Result(i) is { } result)
            {
                _retried.Add(log.Id(i));
                replay(i, result);
                continue;
            }
            try
            {
                run(statements[i], i);
            }
            catch (CommandException e)
            {
                Failed(i, e);
                if (ordered) return;
            }
        }
    }

    public BsonDocument Reply(Action<BsonDocument>? more = null)
    {
        var reply = new BsonDocument("n", CollectionStatistics.Number(Count));
        more?.Invoke(reply);
        if (_errors.Count > 0) reply.Add("writeErrors", _errors);
        if (_retried.Count > 0) reply.Add("retriedStmtIds", _retried);
        return reply;
    }

    private void Failed(int index, CommandException error)
    {
        var entry = new BsonDocument { { "index", index }, { "code", error.Code } };
        if (error.Extra is { } extra) entry.AddRange(extra);
        _errors.Add(entry.Add("errmsg", error.Message));
    }
}
