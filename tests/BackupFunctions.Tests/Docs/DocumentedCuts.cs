using System.Numerics;
using System.Security.Cryptography;

namespace BackupFunctions.Tests.Docs;

/// <summary>docs/format.md "Cutting", for documents whose first element is their <c>_id</c>.</summary>
internal static class DocumentedCuts
{
    /// <summary>The lengths of the chunks that these documents are cut into, file by file.</summary>
    public static List<List<int>> Lengths(byte[] cutKey, int average, IEnumerable<byte[]> documents)
    {
        var (min, max) = (average / 4, Math.Min(4 * average, 1_032_183));
        var files = new List<List<int>>();
        var (chunks, inHand, endsFile) = (new List<int>(), 0, false);
        foreach (var d in documents)
        {
            if (inHand > 0 && inHand + d.Length > max) EndChunk();
            var f = new BigInteger(Fraction(cutKey, d));
            for (inHand += d.Length; inHand > max; inHand -= max) chunks.Add(max);
            if (d.Length <= max && (inHand < min || f * average >= (BigInteger)d.Length << 64)) continue;
            endsFile = f * average * 4096 < (BigInteger)d.Length << 64;
            EndChunk();
        }
        if (inHand > 0) EndChunk();
        if (chunks.Count > 0) files.Add(chunks);
        return files;

        void EndChunk()
        {
            chunks.Add(inHand);
            inHand = 0;
            if (!endsFile) return;
            files.Add(chunks);
            (chunks, endsFile) = ([], false);
        }
    }

    private static ulong Fraction(byte[] cutKey, byte[] document)
    {
        document[5..9].ShouldBe("_id\0"u8.ToArray());
        var type = document[4];
        var value = document.AsSpan(9);
        // the types that the test uses: ObjectId, int32, string
        byte[] x = type switch
        {
            0x07 => [.. value[..12], 0, 0, 0, 0],
            0x10 => SHA256.HashData([type, .. value[..4]])[..16],
            0x02 => SHA256.HashData([type, .. value[..(4 + BitConverter.ToInt32(value))]])[..16],
            _ => throw new NotSupportedException($"_id type {type}"),
        };
        using var aes = Aes.Create();
        aes.Key = cutKey;
        return BitConverter.ToUInt64(aes.EncryptEcb(x, PaddingMode.None));
    }
}
