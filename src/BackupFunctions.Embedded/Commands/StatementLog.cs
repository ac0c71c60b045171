using System.Security.Cryptography;
using System.Text;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>The statements of one retryable write command, in its session.</summary>
internal sealed class StatementLog
{
    private readonly RetryableWrites.Session _session;
    private readonly WriteUnit _unit;
    private readonly RawValue _sessionId;
    private readonly int _first;
    private readonly List<int>? _ids;
    private BsonTimestamp _previous;

    private StatementLog(WriteUnit unit, RetryableWrites.Session session, RawValue sessionId, int first, List<int>? ids) =>
        (_unit, _session, _sessionId, _first, _ids, _previous) = (unit, session, sessionId, first, ids, session.Last);

    /// <summary>The log of a command with a transaction number; null when it has none.</summary>
    public static StatementLog? Open(Store store, WriteUnit unit, Arguments arguments)
    {
        if (Values.Long(arguments["txnNumber"]) is not { } number) return null;
        var given = arguments.Object("lsid");
        if (given["id"u8] is not { Type: BsonType.Binary }) throw new CommandException(40414, "Location40414", "BSON field 'lsid.id' is missing but a required field");
        var user = arguments.Context.Connection.User is { } name ? name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..] + "@" + name.Split('.')[0] : "";
        var sessionId = RawValue.Document(new RawWriter()
            .Append("id", given["id"u8]).Append("uid", new BsonBinaryData(SHA256.HashData(Encoding.UTF8.GetBytes(user)))).ToDocument());
        List<int>? ids = null;
        if (arguments["stmtIds"] is { IsArray: true } list)
        {
            ids = [];
            foreach (var element in list.Elements) ids.Add((int)(Values.Long(element.Value) ?? 0));
        }
        return new StatementLog(unit, store.Retryable.Open(sessionId, number), sessionId, (int)(Values.Long(arguments["stmtId"]) ?? 0), ids);
    }

    public int Id(int index) => _ids is not null && index < _ids.Count ? _ids[index] : _first + index;

    /// <summary>What the statement gave when it was done before, or null.</summary>
    public BsonDocument? Result(int index) => _session.Result(Id(index));

    /// <summary>What its oplog entry says.</summary>
    public RetryableStatement Statement(int index) => new(_sessionId, _session.TransactionNumber, Id(index), _previous);

    /// <summary>Remembers the result of a statement that was done.</summary>
    public void Done(int index, BsonDocument result, BsonTimestamp? optime)
    {
        if (optime is not null) _previous = optime;
        var last = _previous;
        _unit.Afterwards(() =>
        {
            _session.Record(Id(index), result);
            _session.Last = last;
        });
    }
}
