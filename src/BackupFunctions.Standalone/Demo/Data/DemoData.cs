using BackupFunctions.Standalone.Demo.Data.Changes;
using BackupFunctions.Standalone.Demo.Data.Logs;
using BackupFunctions.Standalone.Demo.Data.Media;
using BackupFunctions.Standalone.Demo.Data.Odd;
using BackupFunctions.Standalone.Demo.Data.Shop;
using MongoDB.Driver;

namespace BackupFunctions.Standalone.Demo.Data;

/// <summary>
/// The generated data set of the demo: about 75,000 documents in four databases, the same ones for the same seed. It touches no database but
/// its own, and of these only those that hold its marker.
/// </summary>
public sealed class DemoData(ulong seed = 20250301)
{
    /// <summary>What the name of every database of the demo starts with.</summary>
    public const string Prefix = "demo_";

    /// <summary>The databases.</summary>
    public const string ShopName = Prefix + "shop", LogsName = Prefix + "logs", MediaName = Prefix + "media", OddName = Prefix + "odd";

    /// <summary>The databases of the demo, all that it writes, backs up, drops and restores.</summary>
    public static IReadOnlyList<string> Databases { get; } = [ShopName, LogsName, MediaName, OddName];

    /// <summary>Patterns of BACKUP_INCLUDE that name these databases and no other.</summary>
    public static IReadOnlyList<string> IncludePatterns { get; } = [.. Databases.Select(name => $"{name}.*")];

    /// <summary>The pattern that names the shop alone.</summary>
    public static string ShopPattern => $"{ShopName}.*";

    /// <summary>Databases that have a name of the demo and not its marker: somebody else's.</summary>
    public static Task<IReadOnlyList<string>> Foreign(IMongoClient client, CancellationToken cancellationToken) =>
        DemoMarker.Missing(client, Databases, cancellationToken);

    /// <summary>Drops what an earlier run left and writes the data set; a batch of documents per collection is in memory.</summary>
    /// <exception cref="BackupException">A database with a name of the demo isn't the demo's; nothing was touched.</exception>
    public async Task<DemoDataSummary> Write(IMongoClient client, IProgress<DemoDataProgress>? progress, CancellationToken cancellationToken)
    {
        await Drop(client, Databases, cancellationToken);
        foreach (var name in Databases) await DemoMarker.Write(client.GetDatabase(name), seed, cancellationToken);
        var writer = new DemoWriter(client, seed, progress);
        return await writer.Write(Definitions(), cancellationToken);
    }

    /// <summary>Goes on writing after <see cref="Write"/>: the same documents for the same seed, each change once.</summary>
    public Task<DemoChanges> Change(IMongoClient client, DemoChange change, CancellationToken cancellationToken) =>
        new ChangeWriter(client, SeededRandom.For(seed, change.ToString())).Write(change, cancellationToken);

    /// <summary>Drops databases of the demo; absent ones are fine.</summary>
    /// <exception cref="BackupException">One of them isn't the demo's; nothing was dropped.</exception>
    public static async Task Drop(IMongoClient client, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var foreign = await DemoMarker.Missing(client, names, cancellationToken);
        if (foreign.Count > 0) throw DemoMarker.Refuse(foreign);
        foreach (var name in names) await client.DropDatabaseAsync(name, cancellationToken);
    }

    /// <summary>What is written.</summary>
    internal IReadOnlyList<DemoDatabase> Definitions() =>
        [ShopDatabase.Create(ShopName), LogDatabase.Create(LogsName), MediaDatabase.Create(MediaName, seed), OddDatabase.Create(OddName)];
}

/// <summary>What was written: views are not counted as collections, markers are, with their documents and indexes.</summary>
public sealed record DemoDataSummary(int Databases, int Collections, int Views, int Indexes, long Documents, long Bytes);

/// <summary>How far writing is: documents and bytes of BSON so far.</summary>
public readonly record struct DemoDataProgress(long Documents, long Bytes);
