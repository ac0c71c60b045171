using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.EndToEnd.Dumps;
using BackupFunctions.Ipfs;

namespace BackupFunctions.EndToEnd.Docs;

/// <summary>docs/decode.py, the format in another language: it writes what <c>decrypt</c> writes, and nothing that is not as it was sealed.</summary>
public sealed class DecoderTests(DecodedBackups backups) : IClassFixture<DecodedBackups>
{
    private static int _names;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void It_is_short() => File.ReadLines(Path.Combine(Transcript.Root, "docs", "decode.py")).Count().ShouldBeLessThan(100);

    [Fact]
    public async Task It_writes_byte_for_byte_what_decrypt_writes()
    {
        var target = Target();
        var (exitCode, error) = await Python.Decode(backups.Full, backups.Key, target);
        exitCode.ShouldBe(0, error);
        var (expected, found) = (Data(backups.Work.PathOf("decrypted")), Data(target));
        found.Keys.ShouldBe(expected.Keys);
        found.Keys.ShouldContain("odd/system.buckets.measured.bson");
        found.Keys.ShouldContain(name => name.Contains("%24", StringComparison.Ordinal));
        foreach (var (name, bytes) in expected) found[name].AsSpan().SequenceEqual(bytes).ShouldBeTrue(name);

        var index = System.Text.Json.JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(target, "index.json"), Cancellation)).RootElement;
        index.GetProperty("collections").EnumerateArray().Select(c => c.GetProperty("name").GetString()).ShouldContain(DecodedBackups.LongName);
    }

    [Fact]
    public async Task The_oplog_of_a_backup_and_of_the_slice_after_it_are_that_of_the_chain()
    {
        var (full, slice) = (Target(), Target());
        (await Python.Decode(backups.Full, backups.Key, full)).ExitCode.ShouldBe(0);
        var (exitCode, error) = await Python.Decode(backups.Slice, backups.Key, slice);
        exitCode.ShouldBe(0, error);
        byte[] joined = [.. Data(full)["oplog.bson"], .. Data(slice)["oplog.bson"]];
        joined.Length.ShouldBeGreaterThan(300 * 100);
        joined.AsSpan().SequenceEqual(Data(backups.Work.PathOf("chain"))["oplog.bson"]).ShouldBeTrue();
    }

    [Fact]
    public async Task A_passphrase_opens_it_too()
    {
        await using var server = await EmbeddedMongoServer.Start(new());
        await MongoFixture.Seed(server.ConnectionString);
        using var work = new CliWorkspace(server.ConnectionString);
        work.Settings.Remove(SettingNames.Key);
        work.Settings[SettingNames.Passphrase] = "several rändom words, and a blank ";
        (await work.Run($"download {await work.BackUp()} --output {{root}}/backup.car")).Ended(0);
        await File.WriteAllTextAsync(work.PathOf("words"), work.Settings[SettingNames.Passphrase] + "\n", Cancellation);
        (await work.Run("decrypt {root}/backup.car --output {root}/decrypted")).Ended(0);
        var (exitCode, error) = await Python.Decode(work.PathOf("backup.car"), work.PathOf("words"), work.PathOf("decoded"));
        exitCode.ShouldBe(0, error);
        Data(work.PathOf("decoded"))["shop/orders.bson"].ShouldBe(Data(work.PathOf("decrypted"))["shop/orders.bson"]);
    }

    [Fact]
    public async Task A_new_key_opens_a_backup_from_before_a_rotation_with_the_exported_keyring()
    {
        await using var server = await EmbeddedMongoServer.Start(new());
        await MongoFixture.Seed(server.ConnectionString);
        using var work = new CliWorkspace(server.ConnectionString);
        (await work.Run($"download {await work.BackUp()} --output {{root}}/backup.car")).Ended(0);
        await File.WriteAllTextAsync(work.PathOf("new-key"), CliWorkspace.OtherKey, Cancellation);
        (await work.Run("keys rotate --new-key-file {root}/new-key")).Ended(0);
        work.Settings[SettingNames.Key] = CliWorkspace.OtherKey;
        (await work.Run("keys export --output {root}/keyring.json")).Ended(0);

        (await Python.Decode(work.PathOf("backup.car"), work.PathOf("new-key"), work.PathOf("without"))).ExitCode.ShouldBe(1);
        var (exitCode, error) = await Python.Decode(work.PathOf("backup.car"), work.PathOf("new-key"), work.PathOf("with"), work.PathOf("keyring.json"));
        exitCode.ShouldBe(0, error);
        Data(work.PathOf("with"))["shop/orders.bson"].Length.ShouldBeGreaterThan(600 * 3_000);
    }

    [Fact]
    public async Task Another_key_opens_nothing()
    {
        var other = backups.Work.PathOf("other-key");
        await File.WriteAllTextAsync(other, CliWorkspace.OtherKey, Cancellation);
        var target = Target();
        var (exitCode, error) = await Python.Decode(backups.Full, other, target);
        (exitCode, Directory.Exists(target)).ShouldBe((1, false));
        error.ShouldContain("the key opens no slot");
    }

    [Fact]
    public async Task A_changed_bit_a_swapped_block_or_a_missing_end_is_refused()
    {
        var car = await CarBytes.Read(backups.Full, Cancellation);
        await ShouldBeRefused(car.Flipped(20));
        await ShouldBeRefused(car.Flipped(car.Sections[^1] + 5));
        await ShouldBeRefused(car.Flipped(car.Bytes.Length - 1));
        await ShouldBeRefused(car.Flipped(car.Sections[car.Sections.Count / 2] + 100));
        await ShouldBeRefused(car.WithSwappedData());
        await ShouldBeRefused(car.Bytes[..^1]);
        await ShouldBeRefused(car.Bytes[..car.Sections[^1]]);
    }

    /// <summary>Whoever makes a root of their own has hashes that are right everywhere, and no key.</summary>
    [Theory, InlineData("index"), InlineData("backup.json")]
    public async Task A_forged_backup_whose_hashes_are_right_is_refused(string name)
    {
        var path = backups.Work.PathOf($"forged-{name}.car");
        await Forge(name, path);
        await ShouldBeRefused(await File.ReadAllBytesAsync(path, Cancellation));
    }

    // changes a bit of a file of one block in the root, and writes everything under the root that follows from it
    private async Task Forge(string name, string path)
    {
        var car = await CarFile.Open(backups.Full, new DiskFiles(), Cancellation);
        var reader = new UnixFsReader(new BlockReader([car]));
        var entries = (await reader.List(car.Root, Cancellation)).ToList();
        var at = entries.FindIndex(e => e.Name == name);
        var bytes = (await car.Get(entries[at].Cid, Cancellation)).ShouldNotBeNull();
        // in backup.json a digit of the repository's id, in the index a byte of what is encrypted
        bytes[name == "index" ? bytes.Length / 2 : 30] ^= 1;
        entries[at] = entries[at] with { Cid = Cid.Raw(bytes) };
        var (root, _) = UnixFsDirectory.Encode(entries);
        using var file = File.Create(path);
        var writer = CarWriter.CreateWithRoot(file, root.Cid);
        writer.Write(root);
        writer.Write(new Block(Cid.Raw(bytes), bytes));
        var written = new HashSet<Cid>();
        await foreach (var cid in reader.Walk(car.Root, cancellationToken: Cancellation))
        {
            if (written.Add(cid)) writer.Write(new Block(cid, (await car.Get(cid, Cancellation))!));
        }
    }

    private async Task ShouldBeRefused(byte[] car)
    {
        var path = backups.Work.PathOf($"damaged-{Interlocked.Increment(ref _names)}.car");
        await File.WriteAllBytesAsync(path, car, Cancellation);
        var target = Target();
        (await Python.Decode(path, backups.Key, target)).ExitCode.ShouldBe(1);
        File.Exists(Path.Combine(target, "index.json")).ShouldBeFalse("what has an index is whole");
    }

    private string Target() => backups.Work.PathOf($"decoded-{Interlocked.Increment(ref _names)}");

    private static SortedDictionary<string, byte[]> Data(string directory) => new(
        Directory.GetFiles(directory, "*.bson", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(directory, f).Replace('\\', '/'), File.ReadAllBytes),
        StringComparer.Ordinal);
}
