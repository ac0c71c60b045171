using System.Globalization;
using BackupFunctions.Encryption;

namespace BackupFunctions.Tests.Encryption;

public class CuttingVectorTests
{
    public sealed record InputVector(string Name, string Document, string X, string Fraction);

    public sealed record SequenceVector(string Name, int Average, System.Text.Json.JsonElement[][] Documents, System.Text.Json.JsonElement[][] Chunks);

    public sealed record CuttingVectors(string Root, string Repository, uint Epoch, InputVector[] Inputs, SequenceVector[] Sequences);

    private static readonly CuttingVectors All = VectorFile.Read<CuttingVectors>("cutting");

    public static TheoryData<string> Sequences => [.. All.Sequences.Select(s => s.Name)];

    public static TheoryData<string> Inputs => [.. All.Inputs.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Sequences))]
    public void Documents_are_cut_where_the_vector_says(string name)
    {
        var vector = All.Sequences.Single(s => s.Name == name);
        List<ReadOnlyMemory<byte>> documents =
            [.. vector.Documents.Select(d => RawDocument.Create(d[0].GetByte(), Convert.FromHexString(d[1].GetString()!), d[2].GetInt32()))];
        using var keys = Keys();
        using var chunker = new DocumentChunker(keys, new(vector.Average));
        var sink = new RecordingSink();
        chunker.Add(documents, sink);
        chunker.Finish(sink);
        sink.Shapes.ShouldBe(vector.Chunks.Select(c => (c[0].GetInt32(), c[1].GetInt32(), c[2].GetBoolean())));
    }

    // A document that fills a chunk to the minimum ends it exactly when its fraction is below length / average. So a document that is cut at one
    // length and not at another shows the fraction; here the lengths next to it on both sides are tried.
    [Theory]
    [MemberData(nameof(Inputs))]
    public void The_fraction_of_an_id_is_that_of_the_vector(string name)
    {
        var vector = All.Inputs.Single(v => v.Name == name);
        var document = Convert.FromHexString(vector.Document);
        var fraction = ulong.Parse(vector.Fraction, CultureInfo.InvariantCulture);
        var parameters = ChunkingParameters.Small;
        using var keys = Keys();
        // the least length at which fraction < length / average
        var least = (int)((UInt128)fraction * (uint)parameters.Average >> 64) + 1;
        if (name == "no _id" || least - 1 < document.Length)
        {
            // its length is part of its input, or cannot be reached: one decision only
            CutsAfter(keys, document, parameters).ShouldBe(document.Length >= least);
            return;
        }
        CutsAfter(keys, Extend(document, least - 1), parameters).ShouldBeFalse();
        CutsAfter(keys, Extend(document, least), parameters).ShouldBeTrue();
    }

    private static bool CutsAfter(RepositoryKeys keys, byte[] document, ChunkingParameters parameters)
    {
        using var chunker = new DocumentChunker(keys, parameters);
        var sink = new RecordingSink();
        // more than the minimum, from documents that the vector's key does not cut after, and room for the document
        var filler = Enumerable.Range(0, int.MaxValue).Select(i => RawDocument.WithObjectId(i, parameters.Minimum)).First(d => !CutsAlone(keys, d, parameters));
        chunker.Add([filler, document, RawDocument.WithObjectId(1, 100)], sink);
        chunker.Finish(sink);
        return sink.Shapes[0].Documents == 2;
    }

    private static bool CutsAlone(RepositoryKeys keys, ReadOnlyMemory<byte> document, ChunkingParameters parameters)
    {
        using var chunker = new DocumentChunker(keys, parameters);
        var sink = new RecordingSink();
        chunker.Add([document, RawDocument.WithObjectId(1, 100)], sink);
        chunker.Finish(sink);
        return sink.Shapes[0].Documents == 1;
    }

    // the same document with one more field, or a longer one, behind the others
    private static byte[] Extend(byte[] document, int length)
    {
        var missing = length - document.Length - 8;
        byte[] extended = missing >= 0
            ? [.. document[..^1], 0x05, (byte)'q', 0, .. BitConverter.GetBytes(missing), 0, .. new byte[missing], 0]
            : [.. document[..^1], .. Enumerable.Repeat(new byte[] { 0x0A, (byte)'q', 0 }, (length - document.Length) / 3).SelectMany(n => n), 0];
        BitConverter.GetBytes(extended.Length).CopyTo(extended, 0);
        return extended;
    }

    private static RepositoryKeys Keys() =>
        RepositoryKeys.Create(Convert.FromHexString(All.Root), RepositoryId.Parse(All.Repository), All.Epoch);
}
