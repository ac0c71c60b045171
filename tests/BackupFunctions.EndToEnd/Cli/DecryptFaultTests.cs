using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Restore;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>A downloaded backup and the same one as <c>ipfs get</c> lays it out, that cases damage copies of.</summary>
public sealed class DownloadedFixture : IAsyncLifetime
{
    private readonly MongoFixture _mongo = new();

    internal CliWorkspace Work { get; private set; } = null!;

    internal string Root { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _mongo.InitializeAsync();
        Work = new(_mongo.Source);
        Root = await Work.BackUp();
        (await Work.Run($"download {Root} --output {{root}}/backup.car")).Ended(0);
        await LayOut();
    }

    public async ValueTask DisposeAsync()
    {
        Work.Dispose();
        await _mongo.DisposeAsync();
    }

    private async Task LayOut()
    {
        var car = await CarFile.Open(Work.PathOf("backup.car"), new DiskFiles(), default);
        var blocks = new BlockReader([car]);
        var files = new UnixFsReader(blocks);
        using var backup = await OpenedBackup.Open(new DagContent(blocks, car.Root), new ValueKeySource(SettingNames.Key, CliWorkspace.Key), default);
        foreach (var path in backup.Index.Collections.SelectMany(c => c.Files).SelectMany(f => new[] { f.DataPath, f.ListPath }).Concat(["backup.json", "index"]))
        {
            var target = Work.PathOf(["get", .. path.Split('/')]);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await using var stream = File.Create(target);
            await files.CopyTo(await files.Resolve(car.Root, path, default), stream);
        }
    }
}

/// <summary>Sealed files that are not what was sealed give an error, and no directory.</summary>
public sealed class DecryptFaultTests(DownloadedFixture fixture) : IClassFixture<DownloadedFixture>
{
    private static readonly Dictionary<string, (string Path, Func<CliWorkspace, Task> Do, int ExitCode)> Cases = new()
    {
        ["another key"] = ("backup.car", work => Set(work, SettingNames.Key, CliWorkspace.OtherKey), 12),
        ["a passphrase instead of the key"] = ("backup.car", UsePassphrase, 12),
        ["another key for a directory"] = ("get", work => Set(work, SettingNames.Key, CliWorkspace.OtherKey), 12),
        ["a CAR cut in half"] = ("backup.car", work => Change(work, "backup.car", bytes => bytes[..(bytes.Length / 2)]), 13),
        ["a CAR cut by a byte"] = ("backup.car", work => Change(work, "backup.car", bytes => bytes[..^1]), 13),
        ["a CAR with a flipped byte"] = ("backup.car", work => Change(work, "backup.car", bytes => Flip(bytes, bytes.Length / 2)), 13),
        ["a CAR with a flipped last byte"] = ("backup.car", work => Change(work, "backup.car", bytes => Flip(bytes, bytes.Length - 1)), 13),
        ["a CAR whose header is damaged"] = ("backup.car", work => Change(work, "backup.car", bytes => Flip(bytes, 2)), 13),
        ["an empty CAR"] = ("backup.car", work => Change(work, "backup.car", _ => []), 13),
        ["a data file with a flipped byte"] = ("get", work => Change(work, Data(work), bytes => Flip(bytes, bytes.Length / 2)), 13),
        ["a data file cut in half"] = ("get", work => Change(work, Data(work), bytes => bytes[..(bytes.Length / 2)]), 13),
        ["a data file without its last block"] = ("get", work => Rearrange(work, blocks => blocks[..^1]), 13),
        ["a data file with two blocks swapped"] = ("get", work => Rearrange(work, blocks => [blocks[1], blocks[0], .. blocks[2..]]), 13),
        ["a data file with a block twice"] = ("get", work => Rearrange(work, blocks => [blocks[0], .. blocks]), 13),
        ["a data file that is missing"] = ("get", work => Remove(work, Data(work)), 10),
        ["an index with a flipped byte"] = ("get", work => Change(work, "get/index", bytes => Flip(bytes, bytes.Length - 1)), 13),
        ["a header that is no JSON"] = ("get", work => Change(work, "get/backup.json", bytes => bytes[..^1]), 13),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory, MemberData(nameof(Names))]
    public async Task It_is_refused_and_no_directory_is_left(string name)
    {
        var (path, damage, exitCode) = Cases[name];
        using var work = fixture.Work.Copy();
        await damage(work);
        var before = work.Snapshot;

        var outcome = (await work.Run($"decrypt {path} --output {{root}}/dump")).Ended(exitCode);

        outcome.Out.ShouldBeEmpty();
        outcome.Error.ShouldStartWith("error: ");
        work.Snapshot.ShouldBe(before);
        Directory.EnumerateDirectories(work.Root, "*dump*").ShouldBeEmpty();
    }

    [Theory, InlineData("backup.car"), InlineData("get")]
    public async Task Undamaged_it_opens(string path)
    {
        using var work = fixture.Work.Copy();
        (await work.Run($"decrypt {path}")).Ended(0);
        File.Exists(work.PathOf("dump", "shop", "orders.bson")).ShouldBeTrue();
        (await work.Run($"decrypt {path}")).FailedWith(2, "not empty");
    }

    [Fact]
    public async Task Another_key_or_passphrase_opens_no_repository()
    {
        using var work = fixture.Work.Copy();
        await Set(work, SettingNames.Key, CliWorkspace.OtherKey);
        foreach (var command in new[] { "list", "show latest", "backup full", "verify", $"verify {fixture.Root}", $"restore-full {fixture.Root} --uri {work.Settings[SettingNames.MongoUri]}" })
            (await work.Run(command)).Ended(12).Error.ShouldContain("error: ");
        // sealed blocks need no key
        (await work.Run($"download {fixture.Root}")).Ended(0);
    }

    [Fact]
    public async Task A_wrong_passphrase_is_told_from_a_right_one()
    {
        using var work = fixture.Work.Copy();
        foreach (var directory in new[] { "vault-1", "vault-2", "catalogue" }) Directory.Delete(work.PathOf(directory), recursive: true);
        work.Settings.Remove(SettingNames.Key);
        work.Settings[SettingNames.Passphrase] = "correct horse battery staple";
        work.Settings[SettingNames.Include] = "crm.*";
        var root = await work.BackUp();
        (await work.Run($"download {root} --output {{root}}/passphrase.car")).Ended(0);
        work.Settings[SettingNames.Passphrase] = "correct horse battery stapel";
        (await work.Run("decrypt passphrase.car")).FailedWith(12, "passphrase");
        (await work.Run("list")).FailedWith(12, "passphrase");
        work.Settings.Remove(SettingNames.Passphrase);
        File.WriteAllText(work.PathOf("phrase"), "correct horse battery staple\n");
        work.Settings[SettingNames.PassphraseFile] = "{root}/phrase";
        (await work.Run("decrypt passphrase.car")).Ended(0);
    }

    [Fact]
    public async Task A_download_that_is_stopped_leaves_no_file()
    {
        using var work = fixture.Work.Copy();
        using var stop = new CancellationTokenSource();
        work.Files = new WatchedFiles(path =>
        {
            if (path.EndsWith("stopped.car", StringComparison.Ordinal)) stop.Cancel();
        });
        var before = work.Snapshot;
        (await work.Run($"download {fixture.Root} --output {{root}}/stopped.car", stop.Token)).Ended(130).Error.ShouldContain("cancelled");
        work.Snapshot.ShouldBe(before);
    }

    private static Task Set(CliWorkspace work, string name, string value)
    {
        work.Settings[name] = value;
        return Task.CompletedTask;
    }

    private static Task UsePassphrase(CliWorkspace work)
    {
        work.Settings.Remove(SettingNames.Key);
        return Set(work, SettingNames.Passphrase, "correct horse battery staple");
    }

    private static Task Change(CliWorkspace work, string file, Func<byte[], byte[]> change)
    {
        File.WriteAllBytes(work.PathOf(file), change(File.ReadAllBytes(work.PathOf(file))));
        return Task.CompletedTask;
    }

    private static Task Remove(CliWorkspace work, string file)
    {
        File.Delete(work.PathOf(file));
        return Task.CompletedTask;
    }

    private static byte[] Flip(byte[] bytes, int at)
    {
        bytes[at] ^= 0x10;
        return bytes;
    }

    private static async Task Rearrange(CliWorkspace work, Func<byte[][], byte[][]> rearrange)
    {
        var file = work.PathOf(Data(work));
        var blocks = new List<byte[]>();
        await using (var stream = File.OpenRead(file))
            await foreach (var block in SealedBlockStream.Read(stream, default)) blocks.Add(block.ToArray());
        blocks.Count.ShouldBeGreaterThan(2);
        await File.WriteAllBytesAsync(file, [.. rearrange([.. blocks]).SelectMany(b => b)]);
    }

    private static string Data(CliWorkspace work) =>
        Path.GetRelativePath(work.Root, Directory.EnumerateFiles(work.PathOf("get", "data"), "*", SearchOption.AllDirectories).MaxBy(f => new FileInfo(f).Length)!);
}
