using BackupFunctions.Restore;
using BackupFunctions.Tests.Encryption;
using CsCheck;

namespace BackupFunctions.Tests.Restore;

public class DocumentAssemblerTests
{
    [Fact]
    public void Documents_come_out_as_they_went_in_however_the_stream_is_cut()
    {
        var lengths = Gen.Int[40, 400].Array[1, 20];
        var cuts = Gen.Int[1, 300].Array[1, 30];
        Gen.Select(lengths, cuts).Sample((sizes, steps) =>
        {
            var documents = sizes.Select((size, i) => RawDocument.WithObjectId(i, size, (byte)i).ToArray()).ToList();
            var stream = documents.SelectMany(d => d).ToArray();
            var assembler = new DocumentAssembler();
            var found = new List<byte[]>();
            for (int at = 0, step = 0; at < stream.Length; step++)
            {
                var length = Math.Min(steps[step % steps.Length], stream.Length - at);
                found.AddRange(assembler.Add(stream.AsMemory(at, length)).Select(d => d.ToArray()));
                at += length;
            }
            assembler.Finish();
            found.ShouldBe(documents);
        }, iter: 200);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(-1)]
    [InlineData(17 * 1024 * 1024)]
    public void An_impossible_length_is_corrupt(int length) =>
        Should.Throw<BackupException>(() => new DocumentAssembler().Add(BitConverter.GetBytes(length))).Kind.ShouldBe(ErrorKind.Corrupt);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(59)]
    public void A_stream_that_ends_inside_a_document_is_corrupt(int bytes)
    {
        var assembler = new DocumentAssembler();
        assembler.Add(RawDocument.WithObjectId(1, 60)[..bytes]).ShouldBeEmpty();
        Should.Throw<BackupException>(assembler.Finish).Kind.ShouldBe(ErrorKind.Corrupt);
    }
}
