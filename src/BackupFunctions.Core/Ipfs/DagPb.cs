using System.Buffers;
using System.Text;

namespace BackupFunctions.Ipfs;

/// <summary>A link of a dag-pb node: its target, its name (empty in files) and the cumulative size in bytes of the DAG behind it.</summary>
public sealed record DagPbLink(Cid Cid, string Name, long Tsize);

/// <summary>A dag-pb node: links ordered by the bytes of their names, and data.</summary>
public sealed record DagPbNode(IReadOnlyList<DagPbLink> Links, ReadOnlyMemory<byte> Data);

/// <summary>
/// dag-pb in its canonical form: links (field 2) before data (field 1); in a link hash, name and Tsize, all present and in this order.
/// Source: ipld.io/specs/codecs/dag-pb/spec.
/// </summary>
public static class DagPb
{
    private const int Data = 1, Links = 2, Hash = 1, Name = 2, Tsize = 3;
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Encodes a node whose links are in order.</summary>
    /// <exception cref="ArgumentException">The links are not ordered by the bytes of their names, or a name is not valid Unicode.</exception>
    public static Block Encode(DagPbNode node)
    {
        var output = new ArrayBufferWriter<byte>(64 + 56 * node.Links.Count + node.Data.Length);
        var inner = new ArrayBufferWriter<byte>(128);
        Span<byte> cid = stackalloc byte[Cid.Size];
        byte[]? previous = null;
        foreach (var link in node.Links)
        {
            var name = s_utf8.GetBytes(link.Name);
            if (previous is not null && previous.AsSpan().SequenceCompareTo(name) > 0)
                throw new ArgumentException($"links are not ordered by name: '{link.Name}' comes too late", nameof(node));
            previous = name;
            link.Cid.CopyTo(cid);
            inner.ResetWrittenCount();
            inner.Bytes(Hash, cid);
            inner.Bytes(Name, name);
            inner.Number(Tsize, link.Tsize);
            output.Bytes(Links, inner.WrittenSpan);
        }
        output.Bytes(Data, node.Data.Span);
        return new(Cid.DagPb(output.WrittenSpan), output.WrittenMemory);
    }

    /// <summary>Decodes a node; the data is a view of the block.</summary>
    /// <exception cref="FormatException">The bytes are not canonical dag-pb, or hold CIDs or fields that we don't know; names the offset.</exception>
    public static DagPbNode Decode(ReadOnlyMemory<byte> block)
    {
        var reader = new ProtobufReader(block.Span);
        var links = new List<DagPbLink>();
        ReadOnlySpan<byte> previous = default;
        while (reader.Peek == ((Links << 3) | 2))
        {
            var link = new ProtobufReader(reader.Bytes(Links, "link", out var start), start);
            var hash = link.Bytes(Hash, "link hash", out var hashAt);
            var name = link.Bytes(Name, "link name", out var nameAt);
            var tsize = link.Number(Tsize, "link Tsize");
            link.End();
            if (links.Count > 0 && previous.SequenceCompareTo(name) > 0) throw new FormatException($"offset {nameAt}: links are not ordered by name");
            previous = name;
            links.Add(new(ReadCid(hash, hashAt), ReadName(name, nameAt), tsize));
        }
        var length = reader.Bytes(Data, "data", out var dataAt).Length;
        reader.End();
        return new(links, block.Slice(dataAt, length));
    }

    private static Cid ReadCid(ReadOnlySpan<byte> bytes, int offset)
    {
        try
        {
            return Cid.FromBytes(bytes);
        }
        catch (FormatException e)
        {
            throw new FormatException($"offset {offset}: {e.Message}", e);
        }
    }

    private static string ReadName(ReadOnlySpan<byte> bytes, int offset)
    {
        try
        {
            return s_utf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException($"offset {offset}: link name is not UTF-8", e);
        }
    }
}
