using System.Security.Cryptography;
using BackupFunctions.Standalone.Demo.Data.Bson;
using BackupFunctions.Standalone.Demo.Data.Shop;
using MongoDB.Bson;

namespace BackupFunctions.Standalone.Demo.Data.Media;

/// <summary>Files as GridFS keeps them, and documents of megabytes; their bytes cannot be compressed, as those of pictures cannot.</summary>
internal static class MediaDatabase
{
    private const int Files = 24, ChunkSize = 255 * 1024, Originals = 3, Thumbnails = 240;
    private static readonly int[] OriginalSizes = [400_000, 1_500_000, 3_000_000];

    public static DemoDatabase Create(string name, ulong seed) => new(name,
    [
        new("fs.files") { Indexes = [DemoCollection.Index("filename_1_uploadDate_1", new BsonDocument { { "filename", 1 }, { "uploadDate", 1 } })], Documents = random => FileDocuments(random, seed) },
        new("fs.chunks")
        {
            Indexes = [DemoCollection.Index("files_id_1_n_1", new BsonDocument { { "files_id", 1 }, { "n", 1 } }, new BsonDocument("unique", true))],
            Documents = random => ChunkDocuments(random, seed),
        },
        new("originals") { Documents = random => Blobs(random, Originals, i => OriginalSizes[i]) },
        new("thumbnails") { Documents = random => Blobs(random, Thumbnails, _ => random.Between(500, 12_000)) },
    ]);

    // both collections follow from one stream of numbers, so that lengths and hashes of the files are those of their chunks
    private static IEnumerable<(int Number, byte[] Id, byte[] Content)> Contents(ulong seed)
    {
        var random = SeededRandom.For(seed, "fs");
        var ids = new ObjectIdSequence(random);
        for (var i = 0; i < Files; i++)
        {
            var id = ids.Next(Vocabulary.Time(random, (double)i / Files));
            var content = new byte[i == 0 ? 0 : random.Between(20_000, 900_000)];
            random.Fill(content);
            yield return (i, id, content);
        }
    }

    private static IEnumerable<byte[]> FileDocuments(SeededRandom random, ulong seed)
    {
        var builder = new DocumentBuilder();
        foreach (var (number, id, content) in Contents(seed))
        {
            yield return builder.Start().ObjectId("_id", id).Int64("length", content.Length).Int32("chunkSize", ChunkSize)
                .Date("uploadDate", Vocabulary.Time(random, (double)number / Files)).String("filename", $"photo {number:000} – {random.Pick(Vocabulary.FirstNames)}.jpg")
                .Begin("metadata").String("contentType", "image/jpeg").String("sha256", Convert.ToHexStringLower(SHA256.HashData(content))).End().Finish();
        }
    }

    private static IEnumerable<byte[]> ChunkDocuments(SeededRandom random, ulong seed)
    {
        var builder = new DocumentBuilder();
        var ids = new ObjectIdSequence(random);
        foreach (var (number, id, content) in Contents(seed))
        {
            for (var (n, at) = (0, 0); at < content.Length; n++, at += ChunkSize)
            {
                yield return builder.Start().ObjectId("_id", ids.Next(Vocabulary.Time(random, (double)number / Files))).ObjectId("files_id", id).Int32("n", n)
                    .Binary("data", 0, content.AsSpan(at, Math.Min(ChunkSize, content.Length - at))).Finish();
            }
        }
    }

    private static IEnumerable<byte[]> Blobs(SeededRandom random, int count, Func<int, int> size)
    {
        var builder = new DocumentBuilder();
        for (var i = 0; i < count; i++)
        {
            var bytes = new byte[size(i)];
            random.Fill(bytes);
            yield return builder.Start().Int32("_id", i).String("sku", ProductCollection.Sku(random.Below(ProductCollection.Count))).Binary("picture", 0, bytes).Finish();
        }
    }
}
