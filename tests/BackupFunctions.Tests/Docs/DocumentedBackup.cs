using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace BackupFunctions.Tests.Docs;

/// <summary>A chunk as its list describes it, opened.</summary>
internal sealed record DocumentedChunk(byte[] Plaintext, byte[] Pid);

/// <summary>docs/format.md "Backups" and "Lists": a backup whose files are given by path, opened with the user's key and nothing else.</summary>
internal sealed class DocumentedBackup
{
    private readonly Func<string, IEnumerable<byte[]>> _blocks;

    /// <summary>Opens a backup; <paramref name="blocks"/> gives the blocks of the file at a path.</summary>
    public DocumentedBackup(Func<string, IEnumerable<byte[]>> blocks, byte[] rawKey)
    {
        _blocks = blocks;
        Header = JsonDocument.Parse(blocks("backup.json").Single()).RootElement;
        Header.GetProperty("format").GetInt32().ShouldBe(0);
        Keys = DocumentedKeys.Unlock(Header.GetProperty("keyring"), rawKey, Header.GetProperty("epoch").GetUInt32());
        Index = JsonDocument.Parse(Keys.OpenObject(3, Convert.FromHexString(Header.GetProperty("backup").GetString()!), blocks("index"))).RootElement;
        Index.GetProperty("format").GetInt32().ShouldBe(0);
        Index.GetProperty("backup").GetString().ShouldBe(Header.GetProperty("backup").GetString());
    }

    public JsonElement Header { get; }

    public JsonElement Index { get; }

    public DocumentedKeys Keys { get; }

    /// <summary>Collections and views of the index, in its order.</summary>
    public IEnumerable<JsonElement> Collections => Index.GetProperty("collections").EnumerateArray();

    public JsonElement Collection(string name) => Collections.Single(c => c.GetProperty("name").GetString() == name);

    /// <summary>The documents of a collection, in backup order, or the entries of the oplog.</summary>
    public List<byte[]> Documents(JsonElement collection, string count = "documents")
    {
        var documents = new List<byte[]>();
        foreach (var file in collection.GetProperty("files").EnumerateArray())
        {
            byte[] plaintext = [.. Chunks(file).SelectMany(c => c.Plaintext)];
            plaintext.LongLength.ShouldBe(file.GetProperty("bytes").GetInt64());
            Convert.ToHexStringLower(SHA256.HashData(plaintext)).ShouldBe(file.GetProperty("sha256").GetString());
            var before = documents.Count;
            for (var at = 0; at < plaintext.Length; at += BitConverter.ToInt32(plaintext, at)) documents.Add(plaintext[at..(at + BitConverter.ToInt32(plaintext, at))]);
            (documents.Count - before).ShouldBe(file.GetProperty("documents").GetInt32());
        }
        documents.Count.ShouldBe(collection.GetProperty(count).GetInt32());
        return documents;
    }

    /// <summary>The chunks of a file, each of which is what its list says.</summary>
    public List<DocumentedChunk> Chunks(JsonElement file)
    {
        var number = file.GetProperty("number").GetInt32();
        var path = $"{number / 1000:D3}/{number % 1000:D3}";
        var list = Keys.OpenObject(2, [], _blocks($"lists/{path}"));
        var (level, count) = (list[1], BitConverter.ToInt32(list, 2));
        list[0].ShouldBe((byte)0);
        list.Length.ShouldBe(6 + (104 * count));
        count.ShouldBe(file.GetProperty("chunks").GetInt32());

        var blocks = _blocks($"data/{path}").ToList();
        blocks.Count.ShouldBe(count);
        blocks.Sum(b => (long)b.Length).ShouldBe(file.GetProperty("storedBytes").GetInt64());
        return [.. blocks.Select((block, i) =>
        {
            var record = list.AsSpan(6 + (104 * i), 104);
            var opened = Keys.Open(block);
            (opened.Type, opened.Seq, opened.Last).ShouldBe(((byte)1, 0u, true));
            SHA256.HashData(block).ShouldBe(record[..32].ToArray());
            opened.S.ShouldBe(record[32..64].ToArray());
            var pid = HMACSHA256.HashData(Keys.Key("pid"), (byte[])[1, .. Encoding.ASCII.GetBytes("zstd"), level, .. opened.Plaintext]);
            pid.ShouldBe(record[64..96].ToArray());
            BitConverter.ToInt32(record[96..]).ShouldBe(opened.Plaintext.Length);
            BitConverter.ToInt32(record[100..]).ShouldBe(block.Length);
            return new DocumentedChunk(opened.Plaintext, pid);
        })];
    }
}
