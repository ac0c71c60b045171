using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>
/// A range of the <c>_id</c> index: from <paramref name="Min"/> (inclusive, or null for the first key) to <paramref name="Max"/> (exclusive,
/// or null for after the last). Bounds are one-field documents <c>{_id: v}</c> in raw BSON, so that every type survives. They are index
/// bounds and no conditions: conditions only find values of their own type.
/// </summary>
public sealed record KeyRange(RawBsonDocument? Min, RawBsonDocument? Max)
{
    /// <summary>The whole collection.</summary>
    public static KeyRange All { get; } = new(null, null);

    /// <summary>Whether it has no bounds.</summary>
    public bool IsAll => Min is null && Max is null;
}
