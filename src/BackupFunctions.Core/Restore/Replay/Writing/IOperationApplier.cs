namespace BackupFunctions.Restore;

/// <summary>
/// Applies document operations to the target. An insert replaces a document with its <c>_id</c>; an update of a document that is not there is
/// left out and counted; a delete of none is fine. When the task ends, everything is written and acknowledged by a majority. What failed part way
/// may be applied again from its beginning: that, and all that followed, leads to the same documents. One call at a time.
/// </summary>
internal interface IOperationApplier
{
    /// <summary>Applies operations of any collections; those of one document, and all of a capped collection, in their order.</summary>
    Task<AppliedOperations> Apply(IReadOnlyList<DocumentOperation> operations, CancellationToken cancellationToken);
}

/// <summary>Of the operations that were applied, updates whose document was not there, as far as the server tells.</summary>
internal readonly record struct AppliedOperations(long Missing);
