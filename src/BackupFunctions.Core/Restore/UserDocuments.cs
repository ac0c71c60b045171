using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>The documents of users and roles of a backup: few, so they are read whole.</summary>
internal static class UserDocuments
{
    /// <summary>The documents of <c>admin.system.users</c> or <c>admin.system.roles</c>; none when the backup has no such collection.</summary>
    public static async Task<IReadOnlyList<RawBsonDocument>> Read(OpenedBackup backup, string collection, CancellationToken cancellationToken)
    {
        var documents = new List<RawBsonDocument>();
        foreach (var file in backup.Index.Collections.Where(c => c.Database == "admin" && c.Name == collection).SelectMany(c => c.Files))
        {
            var assembler = new DocumentAssembler();
            await foreach (var stretch in backup.ReadFile(file, cancellationToken)) documents.AddRange(assembler.Add(stretch).Select(RawBson.Document));
            assembler.Finish();
        }
        return documents;
    }
}
