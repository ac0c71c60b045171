namespace BackupFunctions.EndToEnd.Cli;

/// <summary>A backup that cases damage copies of.</summary>
public sealed class DamagedVaultFixture : IAsyncLifetime
{
    public MongoFixture Mongo { get; } = new();

    internal CliWorkspace Work { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Mongo.InitializeAsync();
        Work = new(Mongo.Source);
        await Work.BackUp();
    }

    public async ValueTask DisposeAsync()
    {
        Work.Dispose();
        await Mongo.DisposeAsync();
    }
}

/// <summary>Whatever is done to the files of a vault is found, and one good copy is enough.</summary>
public sealed class DamagedVaultTests(DamagedVaultFixture fixture) : IClassFixture<DamagedVaultFixture>
{
    private static readonly Dictionary<string, (Action<string> Do, int OneFound, int BothFound, int BothRestored)> Damages = new()
    {
        ["a byte flipped early"] = (pack => Flip(pack, 0.1), 13, 13, 13),
        ["a byte flipped in the middle"] = (pack => Flip(pack, 0.5), 13, 13, 13),
        ["a byte flipped late"] = (pack => Flip(pack, 0.9), 13, 13, 13),
        ["a byte of the header flipped"] = (pack => Flip(pack, 0), 13, 13, 13),
        ["a pack cut in half"] = (pack => Cut(pack, 0.5), 13, 13, 13),
        ["a pack cut by one byte of the payload"] = (pack => Cut(pack, 0.97), 13, 13, 13),
        ["an empty pack"] = (pack => Cut(pack, 0), 13, 13, 13),
        ["a pack deleted"] = (File.Delete, 3, 1, 10),
    };

    public static TheoryData<string> Names => [.. Damages.Keys];

    [Theory, MemberData(nameof(Names))]
    public async Task One_damaged_vault_is_found_and_the_other_one_restores(string name)
    {
        var damage = Damages[name];
        using var work = fixture.Work.Copy();
        damage.Do(LargestPack(work, 1));

        (await work.Run("verify")).Ended(damage.OneFound).Error.ShouldContain("\nerror: verify ");
        (await work.Run($"restore-full latest --uri {fixture.Mongo.Target} --drop")).Ended(0);
        (await MongoFixture.Contents(fixture.Mongo.Target)).ShouldBe(await MongoFixture.Contents(fixture.Mongo.Source), ignoreOrder: true);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Two_damaged_vaults_restore_nothing_that_is_claimed_to_be_whole(string name)
    {
        var damage = Damages[name];
        using var work = fixture.Work.Copy();
        damage.Do(LargestPack(work, 1));
        damage.Do(LargestPack(work, 2));

        (await work.Run("verify")).Ended(damage.BothFound);
        var restore = (await work.Run($"restore-full latest --uri {fixture.Mongo.Target} --drop")).FailedWith(damage.BothRestored);
        restore.Out.ShouldBeEmpty();
        var before = work.Snapshot;
        (await work.Run("download " + (await work.Run("list --json")).Result.GetProperty("root").GetString())).FailedWith(damage.BothRestored);
        work.Snapshot.ShouldBe(before);
    }

    [Fact]
    public async Task Every_pack_of_one_vault_may_be_damaged()
    {
        using var work = fixture.Work.Copy();
        foreach (var pack in Packs(work, 1)) Flip(pack, 0.5);
        (await work.Run("list")).Ended(0);
        (await work.Run($"restore-full latest --uri {fixture.Mongo.Target} --drop")).Ended(0);
        // the next backup finds its unchanged blocks damaged, and brings them from the other vault
        await work.BackUp();
        (await work.Run("verify")).Ended(0);
    }

    [Fact]
    public async Task A_pin_that_is_gone_is_found()
    {
        using var work = fixture.Work.Copy();
        foreach (var pin in Directory.EnumerateFiles(work.PathOf("vault-2", "pins"))) File.Delete(pin);
        (await work.Run("verify")).Ended(3).Error.ShouldContain("IPFS_NODE_2_URL");
    }

    private static IEnumerable<string> Packs(CliWorkspace work, int vault) => Directory.EnumerateFiles(work.PathOf($"vault-{vault}", "packs"), "*.car");

    private static string LargestPack(CliWorkspace work, int vault) => Packs(work, vault).MaxBy(p => new FileInfo(p).Length)!;

    private static void Flip(string file, double where)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[(int)(bytes.Length * where)] ^= 0x10;
        File.WriteAllBytes(file, bytes);
    }

    private static void Cut(string file, double where)
    {
        using var stream = new FileStream(file, FileMode.Open);
        stream.SetLength((long)(stream.Length * where));
    }
}
