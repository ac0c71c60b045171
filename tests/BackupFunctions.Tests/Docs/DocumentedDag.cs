using System.Text;

namespace BackupFunctions.Tests.Docs;

/// <summary>docs/format.md "dag-pb nodes", "Files" and "Directories", over blocks by the text of their CID.</summary>
internal sealed class DocumentedDag(IReadOnlyDictionary<string, byte[]> blocks)
{
    private readonly record struct Link(string Cid, string Name, long Tsize);

    /// <summary>Every file below a directory by its path: the root and the leaves, in order.</summary>
    public Dictionary<string, (string Root, List<byte[]> Leaves)> Files(string directory)
    {
        var files = new Dictionary<string, (string, List<byte[]>)>();
        Add(directory, "");
        return files;

        void Add(string cid, string prefix)
        {
            foreach (var link in Node(cid, out _).Links)
            {
                if (IsDirectory(link.Cid)) Add(link.Cid, $"{prefix}{link.Name}/");
                else files.Add(prefix + link.Name, (link.Cid, Leaves(link.Cid)));
                Tsize(link.Cid).ShouldBe(link.Tsize);
            }
        }
    }

    /// <summary>The leaves of a file, in order; sizes are checked on the way.</summary>
    public List<byte[]> Leaves(string file)
    {
        if (IsRaw(file)) return [blocks[file]];
        var (links, data) = Node(file, out _);
        var at = 0;
        data[..2].ShouldBe([0x08, 0x02]);
        at = 2;
        data[at++].ShouldBe((byte)0x18);
        var size = DocumentedCar.Varint(data, ref at);
        var leaves = new List<byte[]>();
        foreach (var link in links)
        {
            link.Name.ShouldBeEmpty();
            data[at++].ShouldBe((byte)0x20);
            var below = Leaves(link.Cid);
            DocumentedCar.Varint(data, ref at).ShouldBe(below.Sum(l => (long)l.Length));
            leaves.AddRange(below);
        }
        at.ShouldBe(data.Length);
        size.ShouldBe(leaves.Sum(l => (long)l.Length));
        return leaves;
    }

    // raw CIDs start with the bytes 01 55, dag-pb CIDs with 01 70: in base32 these are "bafk" and "bafy"
    private static bool IsRaw(string cid) => cid.StartsWith("bafk", StringComparison.Ordinal);

    private bool IsDirectory(string cid) => !IsRaw(cid) && Node(cid, out _).Data is [0x08, 0x01];

    private long Tsize(string cid) => IsRaw(cid) ? blocks[cid].Length : Node(cid, out var length).Links.Sum(l => l.Tsize) + length;

    // { 12 | length | 0a 24 CID 12 length name 18 Tsize }* 0a | length | data
    private (List<Link> Links, byte[] Data) Node(string cid, out int length)
    {
        var block = blocks[cid];
        (length, var at) = (block.Length, 0);
        var links = new List<Link>();
        while (block[at] == 0x12)
        {
            at++;
            var end = (int)DocumentedCar.Varint(block, ref at) + at;
            block.AsSpan(at, 2).SequenceEqual((byte[])[0x0a, 0x24]).ShouldBeTrue();
            var target = DocumentedCar.Text(block.AsSpan(at + 2, 36));
            at += 38;
            block[at++].ShouldBe((byte)0x12);
            var name = (int)DocumentedCar.Varint(block, ref at);
            var text = Encoding.UTF8.GetString(block, at, name);
            at += name;
            block[at++].ShouldBe((byte)0x18);
            links.Add(new(target, text, DocumentedCar.Varint(block, ref at)));
            at.ShouldBe(end);
        }
        block[at++].ShouldBe((byte)0x0a);
        var data = (int)DocumentedCar.Varint(block, ref at);
        (at + data).ShouldBe(block.Length);
        links.Select(l => l.Name).ShouldBe(links.Select(l => l.Name).Order(StringComparer.Ordinal));
        return (links, block[at..]);
    }
}
