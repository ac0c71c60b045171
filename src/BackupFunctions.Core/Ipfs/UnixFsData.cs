using System.Buffers;

namespace BackupFunctions.Ipfs;

/// <summary>What a UnixFS node is; the numbers are those of the format.</summary>
public enum UnixFsKind
{
    /// <summary>A directory whose links are its entries.</summary>
    Directory = 1,

    /// <summary>A file, or a part of one, whose links are its parts.</summary>
    File = 2,
}

/// <summary>
/// The data of a UnixFS node without bytes of its own: our leaves are raw blocks. Fields in order: type (1), for files filesize (3) and one
/// blocksize (4) per link. Source: specs.ipfs.tech/unixfs.
/// </summary>
public sealed record UnixFsData(UnixFsKind Kind, IReadOnlyList<long> BlockSizes)
{
    private const int Type = 1, FileSizeField = 3, BlockSizesField = 4;

    /// <summary>The data of every directory.</summary>
    public static UnixFsData Directory { get; } = new(UnixFsKind.Directory, []);

    /// <summary>Bytes of the file: the sum of its block sizes.</summary>
    public long FileSize => BlockSizes.Aggregate(0L, (sum, size) => checked(sum + size));

    /// <summary>The protobuf bytes.</summary>
    public byte[] Encode()
    {
        var output = new ArrayBufferWriter<byte>(16 + 4 * BlockSizes.Count);
        output.Number(Type, (int)Kind);
        if (Kind == UnixFsKind.File)
        {
            output.Number(FileSizeField, FileSize);
            foreach (var size in BlockSizes) output.Number(BlockSizesField, size);
        }
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Decodes the data of a directory or of a file with raw leaves.</summary>
    /// <exception cref="FormatException">
    /// Anything else: inline bytes, sharded directories, symbolic links, modes and times, sizes that do not add up.
    /// </exception>
    public static UnixFsData Decode(ReadOnlySpan<byte> data)
    {
        var reader = new ProtobufReader(data);
        var type = reader.Number(Type, "UnixFS type");
        if (type is not ((int)UnixFsKind.Directory or (int)UnixFsKind.File))
            throw new FormatException($"unsupported UnixFS type {type}: want a plain directory or a file of raw leaves");
        if (type == (int)UnixFsKind.Directory)
        {
            reader.End();
            return Directory;
        }
        var fileSize = reader.Number(FileSizeField, "UnixFS filesize");
        var sizes = new List<long>();
        var sum = 0L;
        while (reader.Peek == BlockSizesField << 3)
        {
            var size = reader.Number(BlockSizesField, "UnixFS blocksize");
            if (size == 0) throw new FormatException($"offset {reader.Offset}: UnixFS blocksize is 0");
            sizes.Add(size);
            // sizes are at most 63 bits, so that a sum over the file size cannot wrap to something smaller
            if ((sum += size) > fileSize || sum < 0) break;
        }
        if (sum != fileSize) throw new FormatException($"UnixFS filesize is {fileSize} but its blocks hold {(sum < 0 ? "more" : sum)}");
        reader.End();
        return new(UnixFsKind.File, sizes);
    }
}
