using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Text;
using MongoDB.Bson;

namespace BackupFunctions.EndToEnd.Dumps;

/// <summary>A collection or view of a dump: its metadata, null where there is none, and its documents in the order of the file.</summary>
internal sealed record OriginalCollection(string Database, string Name, BsonDocument? Metadata, IReadOnlyList<byte[]> Documents)
{
    /// <summary>What it is, in the server's word.</summary>
    public string Type => IsView ? "view" : IsTimeseries ? "timeseries" : "collection";

    /// <summary>Whether its documents are the buckets of a time series.</summary>
    public bool IsTimeseries => Metadata?.GetValue("type", "") == "timeseries";

    public bool IsView => Metadata?.GetValue("type", "") == "view";

    public BsonDocument Options => Metadata?.GetValue("options", null)?.AsBsonDocument ?? [];

    public bool IsCapped => Options.GetValue("capped", false).ToBoolean();

    public IReadOnlyList<BsonDocument> Indexes => [.. Metadata?["indexes"].AsBsonArray.Select(i => i.AsBsonDocument) ?? []];

    public override string ToString() => $"{Database}.{Name}";
}

/// <summary>A dump as this test reads it, without the reader under test: by mongodump's file names and the length in front of each document.</summary>
internal sealed record OriginalDump(IReadOnlyList<OriginalCollection> Collections)
{
    private const string Buckets = "system.buckets.", Data = ".bson", Metadata = ".metadata.json";

    /// <summary>What a restore brings back: the server keeps its own users, roles and versions.</summary>
    public IReadOnlyList<OriginalCollection> Restorable => [.. Collections.Where(c => c.Database != "admin")];

    public IReadOnlyList<string> Databases => [.. Restorable.Select(c => c.Database).Distinct()];

    public static OriginalDump Read(string path, DumpShape shape) => new(shape switch
    {
        DumpShape.Directory => [.. Directory.GetDirectories(path).SelectMany(ReadDatabase)],
        DumpShape.Database => ReadDatabase(path),
        DumpShape.Archive => OriginalArchive.Read(Unpack(path)),
        _ => [ReadCollection(Path.GetDirectoryName(path)!, Path.GetFileNameWithoutExtension(path))],
    });

    /// <summary>Documents back to back, cut apart.</summary>
    public static List<byte[]> Split(byte[] bytes)
    {
        var documents = new List<byte[]>();
        for (var at = 0; at < bytes.Length; at += documents[^1].Length)
            documents.Add(bytes.AsSpan(at, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at))).ToArray());
        return documents;
    }

    /// <summary>What metadata says; null for the empty text that some tools leave.</summary>
    public static BsonDocument? Parse(string metadata) => metadata.Length == 0 ? null : BsonDocument.Parse(metadata);

    private static List<OriginalCollection> ReadDatabase(string directory)
    {
        var stems = Directory.GetFiles(directory).Select(f => Path.GetFileName(f).Replace(".gz", "", StringComparison.Ordinal))
            .Where(f => f.EndsWith(Data, StringComparison.Ordinal) || f.EndsWith(Metadata, StringComparison.Ordinal))
            .Select(f => f[..^(f.EndsWith(Data, StringComparison.Ordinal) ? Data : Metadata).Length]);
        return Join([.. stems.Distinct().Select(stem => ReadCollection(directory, stem))]);
    }

    /// <summary>A time series lies in two halves: what it is under its name, what it holds under that of its buckets.</summary>
    public static List<OriginalCollection> Join(IReadOnlyList<OriginalCollection> halves) =>
    [
        .. halves.Where(c => !c.Name.StartsWith(Buckets, StringComparison.Ordinal))
            .Select(c => c.IsTimeseries ? c with { Documents = halves.Single(b => b.Database == c.Database && b.Name == Buckets + c.Name).Documents } : c),
    ];

    private static OriginalCollection ReadCollection(string directory, string stem)
    {
        var metadata = Parse(Encoding.UTF8.GetString(Content(directory, stem + Metadata)));
        var isCut = stem.Length == 238 && stem.Contains("%24", StringComparison.Ordinal);
        var name = isCut ? metadata!["collectionName"].AsString : WebUtility.UrlDecode(stem);
        return new(Path.GetFileName(directory), name, metadata, Split(Content(directory, stem + Data)));
    }

    private static byte[] Content(string directory, string name)
    {
        var plain = Path.Combine(directory, name);
        if (File.Exists(plain)) return File.ReadAllBytes(plain);
        return File.Exists(plain + ".gz") ? Unpack(plain + ".gz") : [];
    }

    private static byte[] Unpack(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (!path.EndsWith(".gz", StringComparison.Ordinal)) return bytes;
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }
}
