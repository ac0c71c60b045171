using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Restore;

/// <summary>
/// Applies operations by the server's <c>applyOps</c>, which keeps everything as the oplog has it, many per command because each takes a global lock.
/// What the server does not take that way (an update of a document that is not there, an old form) is applied operation by operation, from the
/// beginning of that command: what it did already, it does again. So is a command with a whole document that has an empty timestamp at its top:
/// servers that <c>insert</c> cannot tell to keep it replace it by their clock here as well, and an insert here is an update to them.
/// </summary>
internal sealed class ApplyOpsApplier : IOperationApplier
{
    private const int MostBytes = (16 << 20) - (64 << 10), MostOperations = 5000;
    private const string AlwaysUpsert = "alwaysUpsert";

    private readonly TargetCommands _target;
    private readonly IOperationApplier _otherwise;
    private readonly bool _namesUpsert;
    private bool _refused;

    private ApplyOpsApplier(TargetCommands target, IOperationApplier otherwise, bool namesUpsert) => (_target, _otherwise, _namesUpsert) = (target, otherwise, namesUpsert);

    /// <summary>
    /// Asks the server, by an <c>applyOps</c> of nothing, whether this account may; null when not. Old servers make a missing document of an update
    /// unless told otherwise, new ones refuse to be told.
    /// </summary>
    public static async Task<ApplyOpsApplier?> Probe(TargetCommands target, IOperationApplier otherwise, CancellationToken cancellationToken)
    {
        foreach (var namesUpsert in new[] { true, false })
        {
            try
            {
                using var reply = await target.Run("ask for applyOps", ct => Try(target, namesUpsert, ct), cancellationToken).ConfigureAwait(false);
                if (reply is not null) return new(target, otherwise, namesUpsert);
            }
            catch (BackupException e) when (e.InnerException is MongoCommandException)
            {
                return null;
            }
        }
        return null;
    }

    /// <inheritdoc/>
    public async Task<AppliedOperations> Apply(IReadOnlyList<DocumentOperation> operations, CancellationToken cancellationToken)
    {
        long missing = 0;
        foreach (var run in Cut(operations))
        {
            if (!_refused && run.Sum(o => (long)o.Size) <= MostBytes && !run.Any(HasEmptyTimestamp) && await ByApplyOps(run, cancellationToken).ConfigureAwait(false)) continue;
            missing += (await _otherwise.Apply(run, cancellationToken).ConfigureAwait(false)).Missing;
        }
        return new(missing);
    }

    private static async Task<RawBsonDocument?> Try(TargetCommands target, bool namesUpsert, CancellationToken cancellationToken)
    {
        using var command = Command([], namesUpsert);
        try
        {
            return await target.Once("admin", command.ToDocument(), cancellationToken).ConfigureAwait(false);
        }
        catch (MongoCommandException e) when (namesUpsert && e.Code is not (MongoErrors.Unauthorized or MongoErrors.CommandNotFound) && !MongoErrors.IsTransient(e))
        {
            return null;
        }
    }

    private async Task<bool> ByApplyOps(IReadOnlyList<DocumentOperation> operations, CancellationToken cancellationToken)
    {
        using var command = Command(operations, _namesUpsert);
        var document = command.ToDocument();
        try
        {
            using var reply = await _target.Run("run applyOps", "admin", document, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (BackupException e) when (e.InnerException is MongoCommandException cause && !MongoErrors.IsTransient(cause))
        {
            _refused = cause.Code is MongoErrors.Unauthorized or MongoErrors.CommandNotFound;
            return false;
        }
    }

    private static RawBsonBuilder Command(IReadOnlyList<DocumentOperation> operations, bool namesUpsert)
    {
        var command = new RawBsonBuilder(512 + operations.Sum(o => o.Size));
        command.BeginArray("applyOps");
        foreach (var operation in operations)
        {
            using var item = new RawBsonBuilder(operation.Size);
            item.Add("op", Letter(operation.Kind)).Add("ns", operation.Target.Namespace.ToString());
            item.Add("o", operation.Kind == OplogOperationKind.Delete ? operation.Id.Span : operation.O.Span);
            if (operation.Kind == OplogOperationKind.Update) item.Add("o2", operation.Id.Span);
            command.Item(item.Finish().Span);
        }
        command.End().Add("bypassDocumentValidation", true);
        if (namesUpsert) command.Add(AlwaysUpsert, false);
        return TargetCommands.Majority(command);
    }

    private static bool HasEmptyTimestamp(DocumentOperation operation) =>
        (operation.Kind == OplogOperationKind.Insert || (operation.Kind == OplogOperationKind.Update && LoggedUpdate.IsReplacement(operation.O.Span)))
        && InsertCommand.HasEmptyTimestamp(operation.O.Span);

    private static IEnumerable<IReadOnlyList<DocumentOperation>> Cut(IReadOnlyList<DocumentOperation> operations)
    {
        var (open, bytes) = (new List<DocumentOperation>(), 0L);
        foreach (var operation in operations)
        {
            if (open.Count > 0 && (open.Count == MostOperations || bytes + operation.Size > MostBytes))
            {
                yield return open;
                (open, bytes) = ([], 0);
            }
            open.Add(operation);
            bytes += operation.Size;
        }
        if (open.Count > 0) yield return open;
    }

    private static string Letter(OplogOperationKind kind) => kind switch
    {
        OplogOperationKind.Insert => "i",
        OplogOperationKind.Update => "u",
        OplogOperationKind.Delete => "d",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no document operation"),
    };
}
