using BackupFunctions.Configuration;
using BackupFunctions.EndToEnd.Cli;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Recovery;

/// <summary>A full backup, a slice, and another full backup of what is in the source now; disasters befall copies of it.</summary>
public sealed class DisasterFixture : IAsyncLifetime
{
    public MongoFixture Mongo { get; } = new();

    internal CliWorkspace Work { get; private set; } = null!;

    internal IReadOnlyDictionary<string, string> Contents { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Mongo.InitializeAsync();
        Work = new(Mongo.Source);
        await Work.BackUp();
        await Write(1);
        (await Work.Run("backup incremental")).Ended(0);
        await Write(2);
        await Work.BackUp();
        Contents = await MongoFixture.Contents(Mongo.Source);
    }

    public async ValueTask DisposeAsync()
    {
        Work.Dispose();
        await Mongo.DisposeAsync();
    }

    /// <summary>Restores the newest full backup and compares every document.</summary>
    internal async Task ShouldRestore(CliWorkspace work)
    {
        (await work.Run($"restore-full latest --uri {Mongo.Target} --drop")).Ended(0);
        (await MongoFixture.Contents(Mongo.Target)).ShouldBe(Contents, ignoreOrder: true);
    }

    private async Task Write(int number)
    {
        using var client = new MongoClient(Mongo.Source);
        await client.GetDatabase("crm").GetCollection<BsonDocument>("visits").InsertOneAsync(new BsonDocument { { "_id", number }, { "page", $"/{number}" } });
    }
}

/// <summary>What is lost on the worst day.</summary>
public enum Loss
{
    MongoDb,
    Catalogue,
    Node1,
    Node2,
    Host,
    Head,
    NewestRevision,
}

/// <summary>Disasters.</summary>
internal static class Losses
{
    /// <summary>Takes it away for ever.</summary>
    public static void Lose(this CliWorkspace work, Loss loss)
    {
        switch (loss)
        {
            case Loss.MongoDb:
                // with the catalogue, which is there unless it is set elsewhere
                work.Settings.Remove(SettingNames.MongoUri);
                Delete(work.PathOf("catalogue"));
                break;
            case Loss.Catalogue:
                Delete(work.PathOf("catalogue"));
                break;
            case Loss.Node1 or Loss.Node2:
                var number = loss == Loss.Node1 ? 1 : 2;
                Delete(work.PathOf($"vault-{number}"));
                File.WriteAllText(work.PathOf("unmounted"), "");
                work.Settings[SettingNames.NodeUrl(number)] = $"file://{{root}}/unmounted/vault-{number}";
                break;
            case Loss.Host:
                Delete(work.PathOf("staging"));
                File.Delete(work.PathOf("recovery-kit.json"));
                break;
            case Loss.Head:
                if (Directory.Exists(work.PathOf("catalogue"))) File.Delete(work.PathOf("catalogue", "head.json"));
                break;
            default:
                // of whichever node is left
                foreach (var pack in PacksOfNewestRevision(work, Directory.Exists(work.PathOf("vault-1", "packs")) ? "vault-1" : "vault-2")) File.Delete(pack);
                break;
        }
    }

    private static List<string> PacksOfNewestRevision(CliWorkspace work, string vault)
    {
        var newest = Directory.GetFiles(work.PathOf(vault, "pins")).Where(p => File.ReadAllText(p).EndsWith("/manifest", StringComparison.Ordinal)).MaxBy(File.GetLastWriteTimeUtc)!;
        var cid = BackupFunctions.Ipfs.Cid.Parse(Path.GetFileName(newest)).ToArray();
        return [.. Directory.GetFiles(work.PathOf(vault, "packs"), "*.car").Where(p => File.ReadAllBytes(p).AsSpan().IndexOf(cid) >= 0)];
    }

    private static void Delete(string directory)
    {
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }
}
