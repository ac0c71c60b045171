using BackupFunctions.Encryption;

namespace BackupFunctions.Tests.Encryption;

public class BlockVectorTests
{
    public sealed record BlockVector(
        string Name, string Root, string Repository, uint Epoch, BlockType Type, uint Seq, bool Last, string Context, string Plaintext, int Level,
        string Pid, string S, string Cid, string Block, bool Reproducible);

    private static readonly BlockVector[] All = VectorFile.Read<BlockVector[]>("blocks");

    public static TheoryData<string> Names => [.. All.Select(v => v.Name)];

    [Fact]
    public void Every_type_of_block_has_a_vector() => All.Select(v => v.Type).Distinct().Order().ShouldBe(Enum.GetValues<BlockType>());

    [Theory]
    [MemberData(nameof(Names))]
    public void A_block_opens_to_what_the_vector_says(string name)
    {
        var (vector, keys) = Find(name);
        using var opener = new BlockOpener(keys);
        var opened = opener.Open(Convert.FromHexString(vector.Block));
        opened.Header.Type.ShouldBe(vector.Type);
        opened.Header.Epoch.ShouldBe(vector.Epoch);
        opened.Header.Seq.ShouldBe(vector.Seq);
        opened.Header.Last.ShouldBe(vector.Last);
        Convert.ToHexStringLower(opened.Header.Context.Span).ShouldBe(vector.Context);
        Convert.ToHexStringLower(opened.Plaintext.Span).ShouldBe(vector.Plaintext);
        opened.S.ToString().ShouldBe(vector.S);
        keys.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_plaintext_seals_to_the_same_bytes_and_ids(string name)
    {
        var (vector, keys) = Find(name);
        using var sealer = new BlockSealer(keys, vector.Level);
        var plaintext = Convert.FromHexString(vector.Plaintext);
        sealer.ComputePid(vector.Type, plaintext).ToString().ShouldBe(vector.Pid);
        var block = sealer.Seal(vector.Type, vector.Seq, vector.Last, Convert.FromHexString(vector.Context), plaintext);
        block.PlainLength.ShouldBe((uint)plaintext.Length);
        block.Cid.Matches(block.Bytes.Span).ShouldBeTrue();
        if (vector.Reproducible)
        {
            // the others hold a zstd payload, which may differ between versions of zstd
            Convert.ToHexStringLower(block.Bytes.Span).ShouldBe(vector.Block);
            block.S.ToString().ShouldBe(vector.S);
            block.Cid.ToString().ShouldBe(vector.Cid);
        }
        keys.Dispose();
    }

    private static (BlockVector Vector, RepositoryKeys Keys) Find(string name)
    {
        var vector = All.Single(v => v.Name == name);
        return (vector, RepositoryKeys.Create(Convert.FromHexString(vector.Root), RepositoryId.Parse(vector.Repository), vector.Epoch));
    }
}
