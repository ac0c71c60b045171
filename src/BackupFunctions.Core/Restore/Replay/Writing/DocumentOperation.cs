using BackupFunctions.Bson;
using BackupFunctions.Mongo;

namespace BackupFunctions.Restore;

/// <summary>
/// Where a collection's operations go, and what of its options decides how: a capped collection keeps its order, and one with a collation of its own
/// finds an <c>_id</c> by exact value only when told so.
/// </summary>
internal sealed record ReplayTarget(Namespace Namespace, bool IsCapped, bool HasCollation);

/// <summary>
/// One insert, update or delete to be applied. <see cref="Id"/> is the document <c>{_id: v}</c>; empty for an insert without one, which only a capped
/// collection takes. <see cref="O"/> is the document, the update, or unused.
/// </summary>
internal sealed record DocumentOperation(ReplayTarget Target, OplogOperationKind Kind, ReadOnlyMemory<byte> Id, ReadOnlyMemory<byte> O)
{
    private const int Overhead = 320;

    /// <summary>What it takes in memory and in a command, about.</summary>
    public int Size => O.Length + Id.Length + Overhead;

    /// <summary>
    /// Takes it from the oplog: an insert's and a delete's <c>_id</c> stands in <c>o</c>, an update's in <c>o2</c>. Without one it is
    /// <see cref="ErrorKind.Corrupt"/>.
    /// </summary>
    public static DocumentOperation From(OplogOperation operation, ReplayTarget target)
    {
        var id = RawBson.Id((operation.Kind == OplogOperationKind.Update ? operation.O2 : operation.O).Span);
        if (id is null && !(operation.Kind == OplogOperationKind.Insert && target.IsCapped))
            throw BackupException.Corrupt($"replay {operation.Kind.ToString().ToLowerInvariant()} on {operation.Namespace}: the oplog has no _id for it");
        return new(target, operation.Kind, id?.Bytes() ?? default, operation.O);
    }
}
