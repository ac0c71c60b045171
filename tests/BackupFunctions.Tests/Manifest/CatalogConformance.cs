using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Tests.Encryption;

namespace BackupFunctions.Tests.Manifest;

/// <summary>What every <see cref="ICatalog"/> does.</summary>
public abstract class CatalogConformance
{
    private static readonly Keyring Ring = MakeKeyring();

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The same empty catalogue, opened as another process would, each time within a test.</summary>
    protected abstract ICatalog Open();

    [Fact]
    public async Task An_empty_catalogue_has_no_head() => (await Open().ReadHead(Cancellation)).ShouldBeNull();

    [Fact]
    public async Task A_head_is_read_back_by_another_process()
    {
        (await Open().TryReplaceHead(null, Head(1), Cancellation)).ShouldBeTrue();
        ShouldBe(await Open().ReadHead(Cancellation), Head(1));
    }

    [Fact]
    public async Task Only_a_first_head_needs_an_empty_catalogue()
    {
        (await Open().TryReplaceHead(null, Head(1), Cancellation)).ShouldBeTrue();
        (await Open().TryReplaceHead(null, Head(2), Cancellation)).ShouldBeFalse();
        ShouldBe(await Open().ReadHead(Cancellation), Head(1));
    }

    [Fact]
    public async Task A_head_is_replaced_only_at_the_expected_revision()
    {
        var catalog = Open();
        (await catalog.TryReplaceHead(7, Head(8), Cancellation)).ShouldBeFalse();
        (await catalog.ReadHead(Cancellation)).ShouldBeNull();

        await catalog.TryReplaceHead(null, Head(1), Cancellation);
        (await catalog.TryReplaceHead(2, Head(3), Cancellation)).ShouldBeFalse();
        (await catalog.TryReplaceHead(0, Head(3), Cancellation)).ShouldBeFalse();
        ShouldBe(await catalog.ReadHead(Cancellation), Head(1));
        (await catalog.TryReplaceHead(1, Head(2), Cancellation)).ShouldBeTrue();
        ShouldBe(await catalog.ReadHead(Cancellation), Head(2));
    }

    [Fact]
    public async Task Of_many_writers_at_once_exactly_one_is_first()
    {
        for (ulong revision = 0; revision < 4; revision++)
        {
            ulong? expected = revision == 0 ? null : revision;
            var won = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Open().TryReplaceHead(expected, Head(revision + 1), Cancellation))));
            won.Count(w => w).ShouldBe(1);
        }
        ShouldBe(await Open().ReadHead(Cancellation), Head(4));
    }

    [Fact]
    public async Task Quick_copies_are_read_back_until_their_revision_is_dropped()
    {
        Block old = Raw(1), reused = Raw(2), young = Raw(3);
        await Open().Keep(5, [old, reused], Cancellation);
        await Open().Keep(6, [reused, young], Cancellation);
        (await Open().Get(old.Cid, Cancellation)).ShouldBe(old.Data.ToArray());
        await Open().DropBefore(6, Cancellation);
        (await Open().Get(old.Cid, Cancellation)).ShouldBeNull();
        (await Open().Get(reused.Cid, Cancellation)).ShouldBe(reused.Data.ToArray());
        (await Open().Get(young.Cid, Cancellation)).ShouldBe(young.Data.ToArray());
        (await Open().ReadHead(Cancellation)).ShouldBeNull();

        static Block Raw(byte value)
        {
            var data = Enumerable.Repeat(value, 700).ToArray();
            return new(Cid.Raw(data), data);
        }
    }

    protected static CatalogHead Head(ulong revision) => new(Ring.Repository, revision, Cid.Raw(BitConverter.GetBytes(revision)), Ring);

    private static void ShouldBe(CatalogHead? head, CatalogHead expected)
    {
        head.ShouldNotBeNull();
        (head.Repository, head.Revision, head.Manifest).ShouldBe((expected.Repository, expected.Revision, expected.Manifest));
        head.Keyring.ToJson().ShouldBe(expected.Keyring.ToJson());
    }

    private static Keyring MakeKeyring()
    {
        using var secret = new RawKeySecret(new SeededRandomSource(3).Bytes(32));
        using var unlocked = Keyring.Create(new SeededRandomSource(4), secret);
        return unlocked.Keyring;
    }
}
