using System.Security.Cryptography;
using System.Text.Json;
using BackupFunctions.Manifest;
using BackupFunctions.Serialization;
using MongoDB.Bson;

namespace BackupFunctions.Tests.Docs;

/// <summary>What docs/format.md says about the oplog, read from a real chain with nothing of the product.</summary>
public sealed class OplogDocumentTests(RealChain real) : IClassFixture<RealChain>
{
    [Fact]
    public void An_incremental_backup_is_an_index_with_an_oplog_and_no_collections()
    {
        var backup = Open(real.Slice.Slices.Single().Backup.Root.ToString());
        Names(backup.Index).ShouldBe(["format", "backup", "type", "started", "server", "startOptime", "snapshot", "collections", "oplog"]);
        (backup.Index.GetProperty("type").GetString(), backup.Collections.Count()).ShouldBe(("incremental", 0));
        var oplog = backup.Index.GetProperty("oplog");
        Names(oplog).ShouldBe(["after", "through", "entries", "bytes", "files"]);
        Names(oplog.GetProperty("after")).ShouldBe(["optime", "sha256"]);
        foreach (var file in oplog.GetProperty("files").EnumerateArray())
        {
            Names(file).ShouldBe(["number", "list", "chunks", "documents", "bytes", "storedBytes", "sha256", "first"]);
            file.GetProperty("first").ValueKind.ShouldBe(JsonValueKind.Null);
        }
        var full = Open(real.Full.Backup.Root.ToString()).Index.GetProperty("oplog");
        full.GetProperty("through").GetRawText().ShouldBe(oplog.GetProperty("after").GetRawText(), "stretches join by marks");
    }

    [Fact]
    public void Entries_are_the_servers_bytes_between_the_marks_without_what_is_never_restored()
    {
        var backup = Open(real.Slice.Slices.Single().Backup.Root.ToString());
        var oplog = backup.Index.GetProperty("oplog");
        var (after, through) = (IndexOf(oplog.GetProperty("after")), IndexOf(oplog.GetProperty("through")));
        var expected = real.Oplog.Skip(after + 1).Take(through - after).Where(e => new RawBsonDocument(e)["ns"].AsString.StartsWith("shop.", StringComparison.Ordinal)).ToList();
        var entries = backup.Documents(oplog, "entries");
        entries.Count.ShouldBe(11);
        entries.Select(Convert.ToHexString).ShouldBe(expected.Select(Convert.ToHexString));
        oplog.GetProperty("bytes").GetInt64().ShouldBe(entries.Sum(e => e.Length));
    }

    [Fact]
    public void The_oplog_is_cut_by_size_alone()
    {
        var backup = Open(real.Slice.Slices.Single().Backup.Root.ToString());
        var oplog = backup.Index.GetProperty("oplog");
        var chunks = oplog.GetProperty("files").EnumerateArray().SelectMany(backup.Chunks).Select(c => c.Plaintext.Length).ToList();
        var expected = new List<int>();
        var inHand = 0;
        foreach (var entry in backup.Documents(oplog, "entries").Select(e => e.Length))
        {
            if (inHand > 0 && inHand + entry > 131_072) End(ref inHand);
            if (entry <= 131_072)
            {
                inHand += entry;
                continue;
            }
            var rest = entry;
            for (; rest > 524_288; rest -= 524_288) expected.Add(524_288);
            expected.Add(rest);
        }
        if (inHand > 0) End(ref inHand);
        chunks.ShouldBe(expected);
        chunks.Count.ShouldBeGreaterThan(7);

        void End(ref int length)
        {
            expected.Add(length);
            length = 0;
        }
    }

    [Fact]
    public void The_manifest_records_the_slice_and_then_what_holds_nothing()
    {
        var dag = new DocumentedDag(DocumentedCar.ReadVault(real.Vault));
        var keys = DocumentedKeys.Unlock(real.Head.GetProperty("keyring"), RealWorkspace.RawKey, 1);
        var changes = new List<JsonElement>();
        for (var next = real.Head.GetProperty("manifest").GetString(); next is not null;)
        {
            var leaves = dag.Files(next)["revision"].Leaves;
            var revision = JsonDocument.Parse(keys.OpenObject(4, DocumentedKeys.Context(leaves[0]), leaves)).RootElement;
            changes.AddRange(revision.GetProperty("changes").EnumerateArray());
            next = revision.GetProperty("previous").GetString();
        }
        changes.Select(c => c.GetProperty("kind").GetString()).ShouldBe(["coverage", "backup", "backup"]);
        Names(changes[0]).ShouldBe(["kind", "after", "through", "at"]);
        var range = changes[1].GetProperty("backup").GetProperty("oplog");
        Names(range).ShouldBe(["after", "through", "entries"]);
        changes[0].GetProperty("after").GetRawText().ShouldBe(range.GetProperty("through").GetRawText());
        IndexOf(changes[0].GetProperty("through")).ShouldBe(real.Oplog.Count - 1);
        var (slice, full) = (changes[1].GetProperty("backup"), changes[2].GetProperty("backup"));
        slice.GetProperty("consistentAt").ValueKind.ShouldBe(JsonValueKind.Null);
        (slice.GetProperty("documents").GetInt32(), slice.GetProperty("namespaces").GetArrayLength()).ShouldBe((11, 0));
        full.GetProperty("consistentAt").GetRawText().ShouldBe(full.GetProperty("oplog").GetProperty("through").GetProperty("optime").GetRawText());
        real.Idle.Slices.ShouldBeEmpty();
    }

    [Fact]
    public void A_gap_is_written_as_documented()
    {
        var mark = real.Full.Backup.Oplog!.Through;
        var json = JsonDocument.Parse(EngineJson.Write<ManifestChange>(new GapRecorded(mark, null, BackupFunctions.Mongo.OplogGapReason.RolledOver, default))).RootElement;
        Names(json).ShouldBe(["kind", "after", "resumes", "reason", "detectedAt"]);
        (json.GetProperty("kind").GetString(), json.GetProperty("reason").GetString()).ShouldBe(("gap", "rolledOver"));
    }

    // the entry of a mark: the one with this time, whose bytes must have this SHA-256
    private int IndexOf(JsonElement mark)
    {
        var optime = mark.GetProperty("optime");
        var ts = new BsonTimestamp(((long)optime.GetProperty("seconds").GetUInt32() << 32) | optime.GetProperty("increment").GetUInt32());
        var index = real.Oplog.Select((e, i) => (Entry: new RawBsonDocument(e), i)).Single(e => e.Entry["ts"] == ts).i;
        Convert.ToHexStringLower(SHA256.HashData(real.Oplog[index])).ShouldBe(mark.GetProperty("sha256").GetString());
        new RawBsonDocument(real.Oplog[index])["t"].ToInt64().ShouldBe(optime.GetProperty("term").GetInt64());
        return index;
    }

    private DocumentedBackup Open(string root)
    {
        var files = new DocumentedDag(DocumentedCar.ReadVault(real.Vault)).Files(root);
        return new DocumentedBackup(path => files[path].Leaves, RealWorkspace.RawKey);
    }

    private static IEnumerable<string> Names(JsonElement value) => value.EnumerateObject().Select(p => p.Name);
}
