using BackupFunctions.Backup;

namespace BackupFunctions.Rotation;

/// <summary>A file of a backup and the collection that it belongs to; null for one of its oplog.</summary>
internal sealed record SourceFile(IndexedFile File, IndexedCollection? Collection)
{
    /// <summary>All files in the order of the index: collection by collection, then the oplog.</summary>
    public static IReadOnlyList<SourceFile> Of(BackupIndex index) =>
        [.. index.Collections.SelectMany(c => c.Files.Select(f => new SourceFile(f, c))), .. (index.Oplog?.Files ?? []).Select(f => new SourceFile(f, null))];
}
