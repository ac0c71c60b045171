using System.Text;
using System.Text.Json;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Docs;

/// <summary>
/// Opens real backups with a reader that was written from docs/format.md and uses nothing of the product: when one of these fails, the
/// document and the product no longer say the same.
/// </summary>
public sealed class FormatDocumentTests(RealBackup real) : IClassFixture<RealBackup>
{
    [Fact]
    public void A_backup_in_a_car_opens_to_the_documents_that_were_inserted()
    {
        var (root, blocks) = DocumentedCar.Read(real.Car);
        root.ShouldBe(real.Second.Root.ToString());
        var backup = FromDag(blocks, root);
        ShouldBeEqual(backup.Documents(backup.Collection("orders")), real.Orders);
    }

    [Fact]
    public void Both_vaults_hold_both_backups_and_the_first_is_what_it_was()
    {
        foreach (var vault in new[] { real.Vault(1), real.Vault(2) })
        {
            var backup = FromDag(DocumentedCar.ReadVault(vault), real.First.Root.ToString());
            ShouldBeEqual(backup.Documents(backup.Collection("orders")), [.. real.Orders.Take(real.OrdersOfFirstBackup)]);
        }
    }

    [Fact]
    public void An_entry_tells_when_its_backup_was_completed() => real.First.Completed.ShouldBeGreaterThan(real.First.Started);

    [Fact]
    public void Files_as_ipfs_get_writes_them_delimit_their_blocks_themselves()
    {
        var (root, blocks) = DocumentedCar.Read(real.Car);
        var files = new DocumentedDag(blocks).Files(root).ToDictionary(f => f.Key, f => f.Value.Leaves.SelectMany(l => l).ToArray());
        var backup = new DocumentedBackup(path => path == "backup.json" ? [files[path]] : DocumentedKeys.Split(files[path]), RealWorkspace.RawKey);
        ShouldBeEqual(backup.Documents(backup.Collection("orders")), real.Orders);
    }

    [Fact]
    public void The_index_describes_collections_as_documented()
    {
        var backup = Second();
        Names(backup.Header).ShouldBe(["format", "repository", "backup", "epoch", "keyring"]);
        Names(backup.Index).ShouldBe(["format", "backup", "type", "started", "server", "startOptime", "snapshot", "collections", "oplog"]);
        Names(backup.Index.GetProperty("server")).ShouldBe(["version", "featureCompatibilityVersion", "replicaSet"]);
        Names(backup.Index.GetProperty("startOptime")).ShouldBe(["seconds", "increment", "term"]);
        backup.Index.GetProperty("type").GetString().ShouldBe("full");
        backup.Collections.Select(c => Text(c, "name")).ShouldBe(["dear", "empty", "log", "orders"]);
        foreach (var collection in backup.Collections)
        {
            Names(collection).ShouldBe(
                ["database", "name", "type", "options", "indexes", "uuid", "order", "averageChunk", "documents", "bytes", "files"]);
            foreach (var file in collection.GetProperty("files").EnumerateArray())
                Names(file).ShouldBe(["number", "list", "chunks", "documents", "bytes", "storedBytes", "sha256", "first"]);
        }
        var milliseconds = Convert.ToInt64(Text(backup.Index, "backup")[..12], 16);
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ShouldBe(backup.Index.GetProperty("started").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void Collections_and_views_keep_the_bytes_of_their_options_and_indexes()
    {
        var backup = Second();
        var (orders, log, view) = (backup.Collection("orders"), backup.Collection("log"), backup.Collection("dear"));
        (Text(orders, "type"), Text(orders, "order"), orders.GetProperty("averageChunk").GetInt32()).ShouldBe(("collection", "byId", 131_072));
        (Text(log, "type"), Text(log, "order")).ShouldBe(("collection", "natural"));
        Bson(log.GetProperty("options"))["capped"].ToBoolean().ShouldBeTrue();
        Bson(orders.GetProperty("indexes").EnumerateArray().Single())["key"].ShouldBe(new BsonDocument("_id", 1));
        Text(view, "type").ShouldBe("view");
        Bson(view.GetProperty("options"))["viewOn"].ShouldBe("orders");
        view.GetProperty("indexes").GetArrayLength().ShouldBe(0);
        Bson(orders.GetProperty("files")[0].GetProperty("first")).ShouldBe(new BsonDocument("_id", 0));
        log.GetProperty("files")[0].GetProperty("first").ValueKind.ShouldBe(JsonValueKind.Null);
        backup.Collection("empty").GetProperty("files").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public void Files_stand_at_their_numbers_and_the_index_binds_their_lists()
    {
        var (root, blocks) = DocumentedCar.Read(real.Car);
        var files = new DocumentedDag(blocks).Files(root);
        var indexed = Second().Collections.SelectMany(c => c.GetProperty("files").EnumerateArray()).ToList();
        indexed.Select(f => f.GetProperty("number").GetInt32()).ShouldBe(Enumerable.Range(0, indexed.Count));
        files.Keys.ShouldBe(["backup.json", .. indexed.Select((_, i) => $"data/000/{i:D3}"), "index", .. indexed.Select((_, i) => $"lists/000/{i:D3}")]);
        foreach (var (file, i) in indexed.Select((f, i) => (f, i))) files[$"lists/000/{i:D3}"].Root.ShouldBe(Text(file, "list"));
    }

    [Fact]
    public void Chunks_end_where_the_rule_of_cutting_says()
    {
        var backup = Second();
        var orders = backup.Collection("orders");
        var lengths = orders.GetProperty("files").EnumerateArray().Select(f => backup.Chunks(f).Select(c => c.Plaintext.Length).ToList()).ToList();
        real.Orders.Max(o => o.Length).ShouldBeGreaterThan(lengths.Max(f => f.Max()), "one document has chunks of its own");
        lengths.Sum(f => f.Count).ShouldBeGreaterThan(8);
        lengths.ShouldBe(DocumentedCuts.Lengths(backup.Keys.Key("cut"), 131_072, real.Orders));
    }

    [Fact]
    public void The_head_leads_through_the_manifest_to_every_backup()
    {
        var dag = new DocumentedDag(DocumentedCar.ReadVault(real.Vault(1)));
        var head = real.Head;
        Names(head).ShouldBe(["repository", "revision", "manifest", "keyring", "fence"]);
        var keys = DocumentedKeys.Unlock(head.GetProperty("keyring"), RealWorkspace.RawKey, 1);
        var roots = new List<string>();
        var (next, number) = (head.GetProperty("manifest").GetString(), head.GetProperty("revision").GetUInt64());
        number.ShouldBe(3ul);
        for (; next is not null; number--)
        {
            var files = dag.Files(next);
            files.Keys.ShouldBe(["keyring.json", "revision"]);
            Encoding.UTF8.GetString(files["keyring.json"].Leaves.Single()).ShouldBe(head.GetProperty("keyring").GetRawText());
            var leaves = files["revision"].Leaves;
            var context = DocumentedKeys.Context(leaves[0]);
            BitConverter.ToUInt64(context).ShouldBe(number);
            var revision = JsonDocument.Parse(keys.OpenObject(4, context, leaves)).RootElement;
            Names(revision).ShouldBe(["format", "repository", "revision", "previous", "at", "checkpoint", "changes"]);
            (revision.GetProperty("format").GetInt32(), revision.GetProperty("revision").GetUInt64()).ShouldBe((0, number));
            Text(revision, "repository").ShouldBe(Text(head, "repository"));
            next = revision.GetProperty("previous").GetString();
            (context[8] == 0 ? null : DocumentedCar.Text(context.AsSpan(9))).ShouldBe(next);
            roots.AddRange(revision.GetProperty("changes").EnumerateArray().Select(Root));
        }
        number.ShouldBe(0ul);
        roots.ShouldBe([real.Second.Root.ToString(), real.First.Root.ToString()]);
    }

    [Fact]
    public void Pins_are_named_by_repository_and_kind()
    {
        var repository = Text(real.Head, "repository");
        var expected = new[] { "backup", "backup", "manifest", "manifest", "manifest" }.Select(kind => $"backupfunctions/{repository}/{kind}").ToList();
        foreach (var vault in new[] { real.Vault(1), real.Vault(2) })
        {
            var pins = DocumentedCar.ReadPins(vault);
            pins.Select(p => p.Name).Order().ShouldBe(expected);
            pins.Where(p => p.Name.EndsWith("/backup", StringComparison.Ordinal)).Select(p => p.Root).ShouldBe([real.First.Root.ToString(), real.Second.Root.ToString()], ignoreOrder: true);
        }
    }

    [Fact]
    public void Unchanged_chunks_are_the_same_blocks_in_the_next_backup()
    {
        var blocks = DocumentedCar.ReadVault(real.Vault(2));
        var (first, second) = (Leaves(blocks, real.First.Root.ToString()), Leaves(blocks, real.Second.Root.ToString()));
        second.Except(first).Count().ShouldBeInRange(1, 3);
    }

    private static HashSet<string> Leaves(Dictionary<string, byte[]> blocks, string root) =>
        [.. new DocumentedDag(blocks).Files(root).Where(f => f.Key.StartsWith("data/", StringComparison.Ordinal)).SelectMany(f => f.Value.Leaves).Select(Convert.ToHexString)];

    private static string Root(JsonElement change)
    {
        Text(change, "kind").ShouldBe("backup");
        var entry = change.GetProperty("backup");
        Names(entry).ShouldBe([
            "id", "type", "root", "epoch", "started", "completed", "startOptime", "consistentAt", "oplog", "documents", "bytes", "storedBytes", "newBytes", "namespaces", "copies", "wantedCopies", "isProtected"]);
        foreach (var copy in entry.GetProperty("copies").EnumerateArray()) Names(copy).ShouldBe(["nodeId", "node", "verifiedAt", "blocksHashed", "blocks"]);
        return Text(entry, "root");
    }

    private static void ShouldBeEqual(List<byte[]> actual, IReadOnlyList<byte[]> expected)
    {
        actual.Count.ShouldBe(expected.Count);
        for (var i = 0; i < actual.Count; i++) actual[i].AsSpan().SequenceEqual(expected[i]).ShouldBeTrue($"document {i}");
    }

    private static IEnumerable<string> Names(JsonElement value) => value.EnumerateObject().Select(p => p.Name);

    private static string Text(JsonElement value, string name) => value.GetProperty(name).GetString()!;

    private static RawBsonDocument Bson(JsonElement base64) => new(base64.GetBytesFromBase64());

    private DocumentedBackup Second()
    {
        var (root, blocks) = DocumentedCar.Read(real.Car);
        return FromDag(blocks, root);
    }

    private static DocumentedBackup FromDag(IReadOnlyDictionary<string, byte[]> blocks, string root)
    {
        var files = new DocumentedDag(blocks).Files(root);
        return new DocumentedBackup(path => files[path].Leaves, RealWorkspace.RawKey);
    }
}
