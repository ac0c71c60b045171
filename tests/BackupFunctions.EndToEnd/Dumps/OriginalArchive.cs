using System.Buffers.Binary;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace BackupFunctions.EndToEnd.Dumps;

/// <summary>
/// An archive as this test reads it: a magic number, a header, a document for each collection, and blocks of a header and documents, each list
/// of documents closed by -1.
/// </summary>
internal static class OriginalArchive
{
    private const uint Magic = 0x8199e26d;

    public static IReadOnlyList<OriginalCollection> Read(byte[] archive)
    {
        BinaryPrimitives.ReadUInt32LittleEndian(archive).ShouldBe(Magic);
        var at = sizeof(uint);
        var prelude = List(archive, ref at).Skip(1).Select(d => BsonSerializer.Deserialize<BsonDocument>(d)).ToList();
        var documents = prelude.ToDictionary(Name, _ => new List<byte[]>());
        while (at < archive.Length)
        {
            var block = List(archive, ref at);
            var name = Name(BsonSerializer.Deserialize<BsonDocument>(block[0]));
            if (!documents.TryGetValue(name, out var held)) documents.Add(name, held = []); // buckets, which the prelude does not list
            held.AddRange(block.Skip(1));
        }
        var listed = prelude.Select(p => new OriginalCollection(p["db"].AsString, p["collection"].AsString, OriginalDump.Parse(p["metadata"].AsString), documents[Name(p)])).ToList();
        var unlisted = documents.Keys.Except(prelude.Select(Name)).Select(n => new OriginalCollection(n[..n.IndexOf('.')], n[(n.IndexOf('.') + 1)..], null, documents[n]));
        return OriginalDump.Join([.. listed, .. unlisted]);
    }

    private static string Name(BsonDocument header) => $"{header["db"]}.{header["collection"]}";

    private static List<byte[]> List(byte[] archive, ref int at)
    {
        var documents = new List<byte[]>();
        for (; BinaryPrimitives.ReadInt32LittleEndian(archive.AsSpan(at)) is var length and not -1; at += length) documents.Add(archive.AsSpan(at, length).ToArray());
        at += sizeof(int);
        return documents;
    }
}
