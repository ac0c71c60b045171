using BackupFunctions.Encryption;

namespace BackupFunctions.Tests.Encryption;

public class ChunkListTests
{
    public sealed record RecordVector(string Digest, string S, string Pid, uint PlainLength, uint BlockLength);

    public sealed record ListVector(string Name, int Level, RecordVector[] Records, string Bytes);

    [Fact]
    public void Lists_are_those_of_the_vectors_and_read_back()
    {
        foreach (var vector in VectorFile.Read<ListVector[]>("lists"))
        {
            ChunkRecord[] records = [.. vector.Records.Select(r => new ChunkRecord(Hash256.Parse(r.Digest), Hash256.Parse(r.S), Hash256.Parse(r.Pid), r.PlainLength, r.BlockLength))];
            Convert.ToHexStringLower(ChunkList.Encode(records, vector.Level)).ShouldBe(vector.Bytes, vector.Name);
            var decoded = ChunkList.Decode(Convert.FromHexString(vector.Bytes));
            decoded.CompressionLevel.ShouldBe(vector.Level);
            decoded.Records.ShouldBe(records);
        }
    }

    [Fact]
    public void Every_truncation_and_everything_that_is_no_list_is_refused()
    {
        var bytes = ChunkList.Encode([new(Hash256.Sha256("a"u8), default, default, 7, 100)], 3);
        for (var cut = 0; cut < bytes.Length; cut++) TestKeys.Corrupt(() => ChunkList.Decode(bytes.AsSpan(0, cut)));
        TestKeys.Corrupt(() => ChunkList.Decode([.. bytes, 0]));
        foreach (var (offset, value) in new[] { (0, 1), (1, 0), (1, 23), (2, 2), (5, 255), (105, 255), (109, 255) })
        {
            var changed = bytes.ToArray();
            changed[offset] = (byte)value;
            TestKeys.Corrupt(() => ChunkList.Decode(changed));
        }
    }
}
