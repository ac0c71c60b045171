using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>What was loaded, by the names of the backup: where a replay begins.</summary>
/// <param name="Collections">Collections and views with options and indexes.</param>
/// <param name="Users">The documents of <c>admin.system.users</c>.</param>
/// <param name="Roles">The documents of <c>admin.system.roles</c>.</param>
public sealed record ReplayStart(IReadOnlyList<CollectionSpec> Collections, IReadOnlyList<RawBsonDocument> Users, IReadOnlyList<RawBsonDocument> Roles)
{
    /// <summary>Collections and views alone.</summary>
    public ReplayStart(IReadOnlyList<CollectionSpec> collections) : this(collections, [], [])
    {
    }
}

/// <summary>How far a replay is.</summary>
public sealed record ReplayStatus(Optime Through, long Entries, long Operations);

/// <summary>How a replay ended.</summary>
/// <param name="Through">The moment that the last operations took effect; null when there were none.</param>
/// <param name="Entries">Entries that were read.</param>
/// <param name="Operations">Operations that were applied in this run, commands among them.</param>
/// <param name="Transactions">Transactions among what was applied in this run.</param>
/// <param name="Skipped">Operations that the filter left out.</param>
/// <param name="Missing">Updates whose document was not there, as far as the server tells.</param>
/// <param name="Uncommitted">Transactions that were open at the end, which are left out.</param>
/// <param name="Collections">The collections as they are now, by their names on the target, with the indexes that are to be built.</param>
/// <param name="Views">The views, by their names on the target; to be made last.</param>
/// <param name="Users">The documents of <c>admin.system.users</c> now; nothing of them is on the target.</param>
/// <param name="Roles">The documents of <c>admin.system.roles</c> now; nothing of them is on the target.</param>
/// <param name="Warnings">What a reader should know.</param>
public sealed record ReplayResult(
    Optime? Through, long Entries, long Operations, long Transactions, long Skipped, long Missing, int Uncommitted,
    IReadOnlyList<CollectionSpec> Collections, IReadOnlyList<CollectionSpec> Views, IReadOnlyList<RawBsonDocument> Users, IReadOnlyList<RawBsonDocument> Roles,
    IReadOnlyList<string> Warnings)
{
    /// <summary>
    /// Builds all indexes, those that delete by age last, and then makes the views. Gives warnings about what the server does not know of them.
    /// May run twice with <see cref="ExistingCollection.Drop"/>.
    /// </summary>
    public async Task<IReadOnlyList<string>> Finish(CollectionWriter writer, ExistingCollection existingViews, CancellationToken cancellationToken)
    {
        var warnings = new List<string>();
        foreach (var collection in Collections) warnings.AddRange(await writer.BuildIndexes(collection, cancellationToken).ConfigureAwait(false));
        foreach (var view in Views) await writer.Create(view, existingViews, cancellationToken).ConfigureAwait(false);
        return warnings;
    }
}
