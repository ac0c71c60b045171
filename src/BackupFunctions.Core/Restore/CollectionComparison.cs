using BackupFunctions.Backup;
using BackupFunctions.Mongo;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Restore;

/// <summary>Compares a collection or view on a server with what a backup recorded of it.</summary>
public static class CollectionComparison
{
    /// <summary>The differences as sentences; none means that options, indexes and every byte of every document, of a time series of every bucket, are equal.</summary>
    public static async Task<IReadOnlyList<string>> Run(MongoConnection connection, IndexedCollection recorded, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var expected = recorded.ToSpec();
        if (await CollectionLister.Find(connection, expected.Namespace, cancellationToken) is not { } actual) return [$"{expected.Namespace} is missing"];
        var differences = new List<string>(SpecComparer.Compare(expected, actual));
        if (actual.Type != expected.Type || expected.Type == CollectionType.View) return differences;

        var segments = recorded.Files.Select(f => new HashedSegment(f.Documents, f.Sha256)).ToList();
        var reader = new RawDocumentReader(connection, loggers.CreateLogger<RawDocumentReader>());
        var compared = await CollectionHasher.Compare(reader.Read(actual, KeyRange.All, cancellationToken), segments, cancellationToken);
        differences.AddRange(compared.Mismatches.Select(m => m.Expected == 0
            ? $"{expected.Namespace} has {m.Found} documents more than the backup"
            : $"{expected.Namespace}: documents {m.FirstDocument} to {m.FirstDocument + m.Expected - 1} are not those of {recorded.Files[m.Segment].DataPath}"));
        return differences;
    }
}
