using BackupFunctions.Ipfs;
using BackupFunctions.Restore;
using MongoDB.Bson;

namespace BackupFunctions.EndToEnd.Dumps;

/// <summary>
/// The whole way of a dump: restored into a server, backed up, dropped, restored from the backup, and decrypted from the nodes, from one CAR
/// file and from a directory of plain files. What this test reads itself is compared after each step.
/// </summary>
internal static class DumpJourney
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task Run(string path, DumpCase dump)
    {
        var original = OriginalDump.Read(path, dump.Shape);
        await using var server = await ScratchServer.Start(original.Databases, Cancellation);
        using var bench = new Workbench(server, original.Databases);

        Warned(await bench.RestoreDump(path), dump);
        var loaded = await server.Read(Cancellation);
        Fidelity.ShouldEqual(loaded, original, dump);

        var root = await bench.BackUp();
        await server.Drop(Cancellation);
        (await server.Read(Cancellation)).ShouldBeEmpty();
        var restored = await bench.RestoreFull(root);
        restored.Differences.ShouldBeEmpty();
        restored.Warnings.ShouldBeEmpty();
        restored.Documents.ShouldBe(original.Restorable.Sum(c => (long)c.Documents.Count));
        Fidelity.ShouldEqual(await server.Read(Cancellation), original, dump);

        var exported = await bench.Decrypt(new DagContent(bench.Blocks, root), "decrypted");
        Compare(exported, original, loaded, dump);
        if (dump.Shape == DumpShape.Directory) HasTheFileNamesOf(path, exported, original);
        await DecryptsTheSameElsewhere(bench, root, exported);
    }

    private static void Warned(DumpRestoreSummary summary, DumpCase dump)
    {
        var told = string.Join('\n', summary.Warnings);
        summary.Warnings.Count.ShouldBe(dump.Warnings.Count, told);
        foreach (var expected in dump.Warnings) summary.Warnings.ShouldContain(w => w.Contains(expected, StringComparison.Ordinal), told);
    }

    // a .bson file is the original's where that is capped, else the original's in the order that the server has for its ids
    private static void Compare(string exported, OriginalDump original, IReadOnlyList<OriginalCollection> loaded, DumpCase dump)
    {
        var found = OriginalDump.Read(exported, DumpShape.Directory).Collections;
        Fidelity.ShouldEqual(found, original, dump);
        foreach (var collection in original.Restorable)
        {
            var actual = found.Single(c => c.ToString() == collection.ToString());
            actual.Metadata!["collectionName"].AsString.ShouldBe(collection.Name);
            actual.Metadata["type"].AsString.ShouldBe(collection.Type);
            if (collection.IsCapped) continue; // compared in order already
            var byId = collection.Documents.ToDictionary(IdOf);
            var order = loaded.Single(c => c.ToString() == collection.ToString()).Documents.Select(IdOf);
            Fidelity.ShouldHoldSameBytes(actual, [.. order.Select(id => byId[id])]);
        }
    }

    private static void HasTheFileNamesOf(string path, string exported, OriginalDump original)
    {
        var expected = original.Databases.SelectMany(d => DataFiles(path, d)).Order(StringComparer.Ordinal);
        original.Databases.SelectMany(d => DataFiles(exported, d)).Order(StringComparer.Ordinal).ShouldBe(expected);
    }

    private static IEnumerable<string> DataFiles(string root, string database) => Directory.GetFiles(Path.Combine(root, database))
        .Select(f => $"{database}/{Path.GetFileName(f).Replace(".gz", "", StringComparison.Ordinal)}").Where(f => f.EndsWith(".bson", StringComparison.Ordinal));

    private static async Task DecryptsTheSameElsewhere(Workbench bench, Cid root, string expected)
    {
        var car = await bench.Decrypt(await Workbench.OpenCar(await bench.Download(root), bench.Files), "from-car");
        await IpfsGet.Run(bench.Blocks, root, bench.Sub("fetched"), Cancellation);
        var directory = await bench.Decrypt(new DirectoryContent(bench.Sub("fetched"), bench.Files), "from-directory");
        var files = Content(expected);
        Content(car).ShouldBe(files);
        Content(directory).ShouldBe(files);
    }

    private static IReadOnlyList<string> Content(string directory) =>
    [
        .. Directory.GetFiles(directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(f => $"{Path.GetRelativePath(directory, f)} {Hash256.Sha256(File.ReadAllBytes(f))}"),
    ];

    private static string IdOf(byte[] document) => Convert.ToHexString(new BsonDocument("_id", new RawBsonDocument(document)["_id"]).ToBson());
}
