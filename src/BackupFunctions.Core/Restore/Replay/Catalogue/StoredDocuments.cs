using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>A small collection that is replayed in memory, because its documents are not written as they are: views, users, roles.</summary>
internal sealed class StoredDocuments
{
    private readonly SortedDictionary<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> _documents = new(FoldedDocument.Ids);

    /// <summary>The documents in the order of their ids.</summary>
    public IEnumerable<RawBsonDocument> Documents => _documents.Values.Select(d => RawBson.Document(d.ToArray()));

    /// <summary>Adds a document, or replaces that with its id.</summary>
    public void Set(ReadOnlyMemory<byte> document) =>
        _documents[RawBson.Id(document.Span)?.Bytes() ?? throw BackupException.Corrupt("replay document: it has no _id")] = document.ToArray();

    /// <summary>Applies an operation; false for an update whose document is not there.</summary>
    public bool Apply(DocumentOperation operation)
    {
        switch (operation.Kind)
        {
            case OplogOperationKind.Insert:
                Set(operation.O);
                return true;
            case OplogOperationKind.Delete:
                _documents.Remove(operation.Id);
                return true;
            default:
                if (!_documents.TryGetValue(operation.Id, out var found)) return false;
                _documents[operation.Id] = LoggedUpdate.Apply(found, operation.O, operation.Id.Span).ToArray();
                return true;
        }
    }

    /// <summary>Removes those that a condition holds for.</summary>
    public void RemoveWhere(Func<RawBsonDocument, bool> condition)
    {
        foreach (var (id, _) in _documents.Where(d => condition(RawBson.Document(d.Value.ToArray()))).ToList()) _documents.Remove(id);
    }
}
