using BackupFunctions.Ipfs;

namespace BackupFunctions.Tests.Ipfs;

/// <summary>Blocks and files for the tests; the content is the sequence that tests/ipfs-oracles makes too.</summary>
internal static class TestDag
{
    public static byte[] Content(int size)
    {
        var bytes = new byte[size];
        var x = 1u;
        for (var i = 0; i < size; i++) bytes[i] = (byte)((x = unchecked(x * 1103515245 + 12345)) >> 24);
        return bytes;
    }

    public static Block Raw(params byte[] data) => new(Cid.Raw(data), data);

    public static UnixFsFile File(int size, int chunk, Action<Block> emit)
    {
        var builder = new UnixFsFileBuilder(emit);
        foreach (var part in Content(size).Chunk(chunk))
        {
            var leaf = Raw(part);
            emit(leaf);
            builder.AddLeaf(leaf.Cid, part.Length);
        }
        return builder.Finish();
    }

    public static MemoryStream Car(params IEnumerable<Block> blocks)
    {
        var stream = new MemoryStream();
        var car = CarWriter.CreateSegment(stream);
        foreach (var block in blocks) car.Write(block);
        stream.Position = 0;
        return stream;
    }

    /// <summary>Imports a stream that can be read once.</summary>
    public static Task<ImportSummary> Import(this IIpfsNode node, Stream car, CancellationToken cancellationToken) =>
        node.Import(_ => Task.FromResult(car), cancellationToken);

    public static UnixFsReader Reader(this MemoryNode node) => new(new BlockReader([node]));
}
