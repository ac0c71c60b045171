using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>The statements of one retryable write command, in its session.</summary>
internal sealed class StatementLog
{
    private readonly SessionTable.Session _session;
    private readonly WriteUnit _unit;
    private readonly RawValue _sessionId;
    private readonly int _first;
    private readonly List<int>? _ids;
    private BsonTimestamp _previous;

    private StatementLog(WriteUnit unit, SessionTable.Session session, RawValue sessionId, int first, List<int>? ids) =>
        (_unit, _session, _sessionId, _first, _ids, _previous) = (unit, session, sessionId, first, ids, session.Last);

    /// <summary>The log of a retryable write; null for other writes, and in transactions.</summary>
    public static StatementLog? Open(Store store, WriteUnit unit, Arguments arguments)
    {
        if (arguments.Context.Transaction is not null || Values.Long(arguments["txnNumber"]) is not { } number) return null;
        var sessionId = SessionIds.Of(arguments.Object("lsid"), arguments.Context.Connection);
        List<int>? ids = null;
        if (arguments["stmtIds"] is { IsArray: true } list)
        {
            ids = [];
            foreach (var element in list.Elements) ids.Add((int)(Values.Long(element.Value) ?? 0));
        }
        return new StatementLog(unit, store.Sessions.Open(sessionId, number), sessionId, (int)(Values.Long(arguments["stmtId"]) ?? 0), ids);
    }

    public int Id(int index) => _ids is not null && index < _ids.Count ? _ids[index] : _first + index;

    /// <summary>What the statement gave when it was done before, or null.</summary>
    public BsonDocument? Result(int index) => _session.Result(Id(index));

    /// <summary>What its oplog entry says.</summary>
    public SessionStatement Statement(int index) => new(_sessionId, _session.TransactionNumber, Id(index), _previous);

    /// <summary>Remembers the result of a statement that was done.</summary>
    public void Done(int index, BsonDocument result, BsonTimestamp? optime)
    {
        if (optime is not null)
        {
            _previous = optime;
            _unit.Keep(new SessionRecord(_sessionId, _session.TransactionNumber, optime));
        }
        var last = _previous;
        _unit.Afterwards(() =>
        {
            _session.Record(Id(index), result);
            _session.Last = last;
        });
    }
}
