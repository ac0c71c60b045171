using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>
/// What the operations of a batch do to one document. Its state is known once one of them inserts or deletes it; until then updates wait for the
/// document that the target has.
/// </summary>
internal sealed class FoldedDocument(ReadOnlyMemory<byte> id)
{
    private readonly List<ReadOnlyMemory<byte>> _waiting = [];
    private Namespace _namespace;
    private bool _isDeleted;

    /// <summary>The document <c>{_id: v}</c>.</summary>
    public ReadOnlyMemory<byte> Id => id;

    /// <summary>The document, when it is known without that of the target; null otherwise.</summary>
    public ReadOnlyMemory<byte>? Document { get; private set; }

    /// <summary>Whether the target's document is to be deleted.</summary>
    public bool IsDeleted => _isDeleted;

    /// <summary>Updates that wait for the target's document.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Updates that found no document.</summary>
    public long Missing { get; private set; }

    /// <summary>Adds the next operation.</summary>
    public void Add(DocumentOperation operation)
    {
        _namespace = operation.Target.Namespace;
        switch (operation.Kind)
        {
            case OplogOperationKind.Insert:
                (Document, _isDeleted) = (RawBson.WithIdFirst(operation.O), false);
                _waiting.Clear();
                break;
            case OplogOperationKind.Delete:
                (Document, _isDeleted) = (null, true);
                _waiting.Clear();
                break;
            case OplogOperationKind.Update when Document is { } known:
                Document = Apply(known, operation.O);
                break;
            case OplogOperationKind.Update when _isDeleted:
                Missing++;
                break;
            case OplogOperationKind.Update:
                _waiting.Add(operation.O);
                break;
            default:
                throw new ArgumentException($"{operation.Kind} is no document operation", nameof(operation));
        }
    }

    /// <summary>The document after the waiting updates.</summary>
    public ReadOnlyMemory<byte> Update(ReadOnlyMemory<byte> found)
    {
        foreach (var update in _waiting) found = Apply(found, update);
        return found;
    }

    private ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> update)
    {
        try
        {
            return LoggedUpdate.Apply(before, update, id.Span);
        }
        catch (BackupException e)
        {
            throw new BackupException(e.Kind, $"replay update on {_namespace} of {RawBson.Document(id)}: {e.Message}", "restore to a moment before it, or with a newer version", e);
        }
    }

    /// <summary>Orders ids as an index does: numbers of different types with the same value are one id.</summary>
    public static IComparer<ReadOnlyMemory<byte>> Ids { get; } = Comparer<ReadOnlyMemory<byte>>.Create((x, y) => BsonOrder.CompareDocuments(x.Span, y.Span));
}
