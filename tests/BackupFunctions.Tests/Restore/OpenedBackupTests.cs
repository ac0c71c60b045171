using BackupFunctions.Ambient;
using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Restore;
using BackupFunctions.Serialization;
using BackupFunctions.Tests.Ipfs;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using BackupFunctions.Tests.Workflows;

namespace BackupFunctions.Tests.Restore;

/// <summary>A backup in a directory, as any IPFS client fetches it, and what is refused when somebody changed it there.</summary>
public sealed class OpenedBackupTests(OpenedBackupTests.Fixture fixture) : IClassFixture<OpenedBackupTests.Fixture>, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_directory_gives_the_same_bytes_as_the_nodes()
    {
        await Fetch(fixture.First);
        using var local = await Open();
        using var remote = await fixture.Rig.Open(fixture.First);
        EngineJson.Write(local.Index).ShouldBe(EngineJson.Write(remote.Index));
        var files = local.Index.Collections.SelectMany(c => c.Files).ToList();
        files.Count.ShouldBeGreaterThan(1);
        foreach (var file in files) (await Read(local, file)).ShouldBe(await Read(remote, file));
    }

    [Fact]
    public async Task Another_key_is_told_so()
    {
        await Fetch(fixture.First);
        (await Should.ThrowAsync<BackupException>(() => Open(TestRepository.OtherKey))).Kind.ShouldBe(ErrorKind.WrongKey);
    }

    [Fact]
    public async Task A_directory_that_is_no_backup_is_not_found()
    {
        (await Should.ThrowAsync<BackupException>(() => Open())).Kind.ShouldBe(ErrorKind.NotFound);
        (await Should.ThrowAsync<BackupException>(() => fixture.Rig.Open(Cid.Raw([1])))).Kind.ShouldBe(ErrorKind.NotFound);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("not json")]
    public async Task A_header_that_is_none_is_corrupt(string header)
    {
        await Fetch(fixture.First);
        File.WriteAllText(PathOf(BackupHeader.FileName), header);
        (await Should.ThrowAsync<BackupException>(() => Open())).Kind.ShouldBe(ErrorKind.Corrupt);
    }

    [Fact]
    public async Task A_header_of_a_later_format_is_not_called_corrupt()
    {
        await Fetch(fixture.First);
        await ChangeHeader(h => h with { Format = 99 });
        var error = await Should.ThrowAsync<BackupException>(() => Open());
        (error.Kind, error.Hint).ShouldBe((ErrorKind.Failed, "use a newer version of backupfn"));
    }

    [Fact]
    public async Task A_header_with_another_repository_s_keyring_is_refused()
    {
        await Fetch(fixture.First);
        using var secret = await TestRepository.KeySource().Read(Cancellation);
        using var foreign = Keyring.Create(new BackupFunctions.Tests.Encryption.SeededRandomSource(99), secret);
        await ChangeHeader(h => h with { Keyring = foreign.Keyring });
        (await Should.ThrowAsync<BackupException>(() => Open())).Kind.ShouldBe(ErrorKind.Corrupt);
        // and so is one that says that repository's name too: its key opens no block
        await ChangeHeader(h => h with { Repository = foreign.Keyring.Repository });
        (await Should.ThrowAsync<BackupException>(() => Open())).Kind.ShouldBe(ErrorKind.Corrupt);
    }

    [Fact]
    public async Task The_index_of_another_backup_is_refused()
    {
        await Fetch(fixture.First);
        await Fetch(fixture.Second, "other");
        File.Copy(PathOf("other", BackupIndex.FileName), PathOf(BackupIndex.FileName), overwrite: true);
        (await Should.ThrowAsync<BackupException>(() => Open())).Kind.ShouldBe(ErrorKind.Corrupt);
    }

    [Fact]
    public async Task The_list_and_data_of_another_file_are_refused()
    {
        await Fetch(fixture.First);
        using var backup = await Open();
        var (one, two) = Two(backup);
        File.Copy(PathOf(two.ListPath), PathOf(one.ListPath), overwrite: true);
        await ShouldBeCorrupt(backup, one);
        File.Copy(PathOf(two.DataPath), PathOf(one.DataPath), overwrite: true);
        await ShouldBeCorrupt(backup, one);
    }

    [Fact]
    public async Task A_list_that_is_no_list_is_refused()
    {
        await Fetch(fixture.First);
        using var backup = await Open();
        var (one, _) = Two(backup);
        File.Copy(PathOf(one.DataPath), PathOf(one.ListPath), overwrite: true);
        await ShouldBeCorrupt(backup, one);
    }

    [Fact]
    public async Task Swapped_removed_and_added_blocks_are_refused()
    {
        await Fetch(fixture.First);
        using var backup = await Open();
        var file = backup.Index.Collections.SelectMany(c => c.Files).MaxBy(f => f.Chunks)!;
        var blocks = new List<byte[]>();
        await using (var stream = File.OpenRead(PathOf(file.DataPath)))
        {
            await foreach (var block in SealedBlockStream.Read(stream, Cancellation)) blocks.Add(block.ToArray());
        }
        blocks.Count.ShouldBeGreaterThan(2);
        await With([blocks[1], blocks[0], .. blocks[2..]]);
        await With([.. blocks[..^1]]);
        await With([.. blocks, blocks[^1]]);
        await With([blocks[0], blocks[0], .. blocks[2..]]);
        await With([.. blocks[..^1], blocks[^1][..^1]]);
        await With([]);

        async Task With(List<byte[]> changed)
        {
            File.WriteAllBytes(PathOf(file.DataPath), [.. changed.SelectMany(b => b)]);
            await ShouldBeCorrupt(backup, file);
        }
    }

    [Fact]
    public async Task A_file_that_is_missing_is_not_found_and_named()
    {
        await Fetch(fixture.First);
        using var backup = await Open();
        var (one, _) = Two(backup);
        File.Delete(PathOf(one.DataPath));
        var error = await Should.ThrowAsync<BackupException>(() => Read(backup, one));
        (error.Kind, error.Message.Contains(one.DataPath, StringComparison.Ordinal)).ShouldBe((ErrorKind.NotFound, true));
    }

    [Fact]
    public async Task A_block_that_one_node_lost_or_changed_comes_from_the_other_and_is_named_when_both_did()
    {
        var (first, second) = (fixture.Rig.Repository.First, fixture.Rig.Repository.Second);
        using var backup = await fixture.Rig.Open(fixture.First);
        var file = backup.Index.Collections.SelectMany(c => c.Files).MaxBy(f => f.Chunks)!;
        var right = await Read(backup, file);
        var victim = (await backup.ReadList(file, Cancellation)).Records[1].Cid;
        try
        {
            first.Alters = (cid, bytes) => cid == victim ? [.. bytes[..^1], (byte)~bytes[^1]] : bytes;
            (await Read(backup, file)).ShouldBe(right);
            second.Alters = first.Alters;
            var error = await Should.ThrowAsync<BackupException>(() => Read(backup, file));
            (error.Kind, error.Message.Contains(victim.ToString(), StringComparison.Ordinal)).ShouldBe((ErrorKind.Corrupt, true));
            first.Alters = null;
            (await Read(backup, file)).ShouldBe(right);
        }
        finally
        {
            (first.Alters, second.Alters) = (null, null);
        }
    }

    [Fact]
    public async Task Reading_ahead_leaves_no_errors_behind_that_nobody_waits_for()
    {
        var unobserved = new List<Exception>();
        void Seen(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            lock (unobserved) unobserved.AddRange(e.Exception.InnerExceptions.Where(x => x.Message.Contains("read ahead", StringComparison.Ordinal)));
        }

        TaskScheduler.UnobservedTaskException += Seen;
        try
        {
            await FailAndStop();
            for (var i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
            unobserved.ShouldBeEmpty();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Seen;
        }
    }

    private async Task FailAndStop()
    {
        using var backup = await fixture.Rig.Open(fixture.First);
        var file = backup.Index.Collections.SelectMany(c => c.Files).MaxBy(f => f.Chunks)!;
        var records = (await backup.ReadList(file, Cancellation)).Records;
        var source = new MemoryNode { Failure = () => new BackupException(ErrorKind.Failed, "read ahead: node gone") };
        // one reader that fails at the first chunk, and one that is left by its consumer while others are on their way
        await Should.ThrowAsync<BackupException>(async () => await Chunks(source).FirstAsync(Cancellation));
        var good = new MemoryNode();
        foreach (var record in records.Take(1)) good.Add(new(record.Cid, fixture.Rig.Repository.First.Inner.Blocks[record.Cid]));
        (await Chunks(good).FirstAsync(Cancellation)).Length.ShouldBeGreaterThan(0);

        IAsyncEnumerable<ReadOnlyMemory<byte>> Chunks(MemoryNode node) => new DagContent(new BlockReader([node]), fixture.First).ReadChunks(file, records, Cancellation);
    }

    private static (IndexedFile One, IndexedFile Two) Two(OpenedBackup backup)
    {
        var files = backup.Index.Collections.SelectMany(c => c.Files).ToList();
        return (files[0], files[1]);
    }

    private static async Task ShouldBeCorrupt(OpenedBackup backup, IndexedFile file) =>
        (await Should.ThrowAsync<BackupException>(() => Read(backup, file))).Kind.ShouldBe(ErrorKind.Corrupt);

    private static async Task<byte[]> Read(OpenedBackup backup, IndexedFile file)
    {
        var bytes = new MemoryStream();
        await foreach (var stretch in backup.ReadFile(file, Cancellation)) bytes.Write(stretch.Span);
        return bytes.ToArray();
    }

    private string PathOf(params string[] parts) => Path.Combine([_directory.Path, .. parts]);

    private Task<OpenedBackup> Open(string? key = null) =>
        OpenedBackup.Open(new DirectoryContent(_directory.Path, new DiskFiles()), TestRepository.KeySource(key), Cancellation);

    private async Task ChangeHeader(Func<BackupHeader, BackupHeader> change)
    {
        var path = PathOf(BackupHeader.FileName);
        await File.WriteAllBytesAsync(path, EngineJson.Write(change(EngineJson.Read<BackupHeader>(await File.ReadAllBytesAsync(path, Cancellation), "header"))), Cancellation);
    }

    // as `ipfs get ROOT` does
    private async Task Fetch(Cid root, string under = "")
    {
        var files = new UnixFsReader(new BlockReader(fixture.Rig.Repository.Nodes));
        using var backup = await fixture.Rig.Open(root);
        var paths = backup.Index.Collections.SelectMany(c => c.Files).SelectMany(f => new[] { f.DataPath, f.ListPath });
        foreach (var path in paths.Append(BackupIndex.FileName).Append(BackupHeader.FileName))
        {
            var target = PathOf(under, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await using var stream = File.Create(target);
            await files.CopyTo(await files.Resolve(root, path, Cancellation), stream, cancellationToken: Cancellation);
        }
    }

    /// <summary>Two backups of the same collections, which changed in between.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private readonly MongoServerFixture _server = new();

        internal BackupRig Rig { get; private set; } = null!;

        internal Cid First { get; private set; }

        internal Cid Second { get; private set; }

        public async ValueTask InitializeAsync()
        {
            await _server.InitializeAsync();
            // one range, so that the server's random samples do not decide how many chunks a file gets
            Rig = new(_server) { RangeBytes = 10_000_000 };
            await Rig.Fill("one", 0, 700);
            await Rig.Fill("two", 0, 50);
            First = (await Rig.BackUp()).Backup.Root;
            await Rig.Fill("two", 50, 10);
            Second = (await Rig.BackUp()).Backup.Root;
        }

        public async ValueTask DisposeAsync()
        {
            Rig.Dispose();
            await _server.DisposeAsync();
        }
    }
}
