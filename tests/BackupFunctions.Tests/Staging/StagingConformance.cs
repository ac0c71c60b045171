using BackupFunctions.Staging;

namespace BackupFunctions.Tests.Staging;

/// <summary>What every <see cref="IStaging"/> does.</summary>
public abstract class StagingConformance
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>An empty staging; the same one each time within a test.</summary>
    protected abstract IStaging Staging();

    [Fact]
    public async Task A_committed_segment_reads_back()
    {
        var content = Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7)).ToArray();
        await Stage("run-1", "000.car", content);
        (await Read("run-1", "000.car")).ShouldBe(content);
    }

    [Fact]
    public async Task Synchronous_writes_work_too()
    {
        await using (var writer = await Staging().Create("run", "a", Cancellation))
        {
            writer.Stream.Write([1, 2]);
            writer.Stream.WriteByte(3);
            writer.Stream.Flush();
            await writer.Commit(Cancellation);
        }
        (await Read("run", "a")).ShouldBe([1, 2, 3]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4 * 1024 * 1024)]
    [InlineData(9_000_001)]
    public async Task A_segment_of_any_length_reads_back(int length)
    {
        var content = Bytes(length, 1);
        await using (var writer = await Staging().Create("run", "async", Cancellation))
        {
            for (var at = 0; at < length; at += 1_000_003) await writer.Stream.WriteAsync(content.AsMemory(at, Math.Min(1_000_003, length - at)), Cancellation);
            await writer.Commit(Cancellation);
        }
        await using (var writer = await Staging().Create("run", "sync", Cancellation))
        {
            for (var at = 0; at < length; at += 1_000_003) writer.Stream.Write(content, at, Math.Min(1_000_003, length - at));
            await writer.Commit(Cancellation);
        }
        (await Read("run", "async")).ShouldBe(content);
        await using var read = await Staging().OpenRead("run", "sync", Cancellation);
        read.Length.ShouldBe(length);
        var sync = new byte[length];
        read.ReadExactly(sync);
        read.ReadByte().ShouldBe(-1);
        sync.ShouldBe(content);
        (await Segments("run")).ShouldBe([new("async", length), new("sync", length)]);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(9_000_001)]
    public async Task Of_two_that_write_one_segment_at_once_one_stays_whole(int length)
    {
        var (one, two) = (Bytes(length, 1), Bytes(length + 7, 2));
        await using (var first = await Staging().Create("run", "a", Cancellation))
        await using (var second = await Staging().Create("run", "a", Cancellation))
        {
            await first.Stream.WriteAsync(one.AsMemory(0, length / 2), Cancellation);
            await second.Stream.WriteAsync(two, Cancellation);
            await first.Stream.WriteAsync(one.AsMemory(length / 2), Cancellation);
            await first.Commit(Cancellation);
            (await Read("run", "a")).ShouldBe(one);
            await second.Commit(Cancellation);
        }
        var stays = await Read("run", "a");
        stays.ShouldBe(stays.Length == length ? one : two);
    }

    [Fact]
    public async Task Who_reads_a_segment_while_it_is_replaced_gets_no_mixture()
    {
        var (old, now) = (Bytes(9_000_001, 1), Bytes(9_000_001, 2));
        await Stage("run", "a", old);
        await using var reader = await Staging().OpenRead("run", "a", Cancellation);
        var read = new byte[old.Length];
        await reader.ReadExactlyAsync(read.AsMemory(0, 100), Cancellation);
        await Stage("run", "a", now);
        try
        {
            await reader.ReadExactlyAsync(read.AsMemory(100), Cancellation);
            read.ShouldBe(old);
        }
        catch (BackupException e)
        {
            e.Message.ShouldContain("BACKUP_STAGING");
        }
        (await Read("run", "a")).ShouldBe(now);
    }

    [Fact]
    public async Task A_run_of_many_segments_is_listed_and_deleted_whole()
    {
        for (var i = 0; i < 40; i++) await Stage("run", $"{i:D3}", [1]);
        (await Segments("run")).Select(s => s.Name).ShouldBe(Enumerable.Range(0, 40).Select(i => $"{i:D3}"));
        await Staging().Delete("run", Cancellation);
        (await Runs()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_has_given_up_writes_and_reads_nothing()
    {
        await Stage("run", "a", [1]);
        var over = new CancellationToken(canceled: true);
        await Should.ThrowAsync<OperationCanceledException>(() => Staging().Create("run", "b", over));
        await Should.ThrowAsync<OperationCanceledException>(() => Staging().OpenRead("run", "a", over));
        await Should.ThrowAsync<OperationCanceledException>(() => Staging().Delete("run", over));
        (await Segments("run")).ShouldBe([new("a", 1)]);
    }

    [Fact]
    public async Task A_segment_is_invisible_until_it_is_committed()
    {
        await using (var writer = await Staging().Create("run", "a", Cancellation))
        {
            await writer.Stream.WriteAsync(new byte[100_000], Cancellation);
            await writer.Stream.FlushAsync(Cancellation);
            (await Segments("run")).ShouldBeEmpty();
            (await Runs()).ShouldBeEmpty();
            (await Should.ThrowAsync<BackupException>(() => Staging().OpenRead("run", "a", Cancellation))).Kind.ShouldBe(ErrorKind.NotFound);
            await writer.Commit(Cancellation);
        }
        (await Segments("run")).ShouldBe([new("a", 100_000)]);
    }

    [Fact]
    public async Task A_segment_that_is_not_committed_leaves_nothing()
    {
        await Stage("run", "kept", [1]);
        await using (var writer = await Staging().Create("run", "kept", Cancellation)) await writer.Stream.WriteAsync(new byte[10], Cancellation);
        await using (var writer = await Staging().Create("other", "a", Cancellation)) await writer.Stream.WriteAsync(new byte[10], Cancellation);
        (await Segments("run")).ShouldBe([new("kept", 1)]);
        (await Runs()).ShouldBe(["run"]);
    }

    [Fact]
    public async Task Writing_a_segment_again_replaces_it_and_an_open_reader_keeps_the_old_one()
    {
        await Stage("run", "a", [1, 2, 3]);
        await using var old = await Staging().OpenRead("run", "a", Cancellation);
        await Stage("run", "a", [4]);
        (await Read("run", "a")).ShouldBe([4]);
        old.Length.ShouldBe(3);
        var bytes = new byte[3];
        await old.ReadExactlyAsync(bytes, Cancellation);
        bytes.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Segments_and_runs_are_listed_in_order()
    {
        foreach (var run in new[] { "b", "a", "c" })
        {
            foreach (var segment in new[] { "10", "2", "A" }) await Stage(run, segment, [1, 2]);
        }
        (await Runs()).ShouldBe(["a", "b", "c"]);
        (await Segments("b")).ShouldBe([new("10", 2), new("2", 2), new("A", 2)]);
        (await Segments("absent")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Deleting_a_run_leaves_the_others()
    {
        await Stage("a", "x", [1]);
        await Stage("b", "x", [1]);
        await Staging().Delete("a", Cancellation);
        await Staging().Delete("a", Cancellation);
        (await Runs()).ShouldBe(["b"]);
        (await Segments("a")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("last.")]
    [InlineData("../up")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("/etc")]
    [InlineData("a b")]
    [InlineData("a\0")]
    [InlineData("ü")]
    public async Task A_name_that_could_lead_elsewhere_is_refused(string name)
    {
        await Should.ThrowAsync<ArgumentException>(() => Staging().Create(name, "a", Cancellation));
        await Should.ThrowAsync<ArgumentException>(() => Staging().Create("a", name, Cancellation));
        await Should.ThrowAsync<ArgumentException>(() => Staging().OpenRead(name, "a", Cancellation));
        await Should.ThrowAsync<ArgumentException>(() => Staging().Delete(name, Cancellation));
        await Should.ThrowAsync<ArgumentException>(() => Segments(name));
    }

    protected async Task Stage(string run, string segment, byte[] content)
    {
        await using var writer = await Staging().Create(run, segment, Cancellation);
        await writer.Stream.WriteAsync(content, Cancellation);
        await writer.Commit(Cancellation);
    }

    protected Task<byte[]> Read(string run, string segment) => Read(Staging(), run, segment);

    protected static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    protected static async Task<byte[]> Read(IStaging staging, string run, string segment)
    {
        await using var stream = await staging.OpenRead(run, segment, Cancellation);
        var content = new MemoryStream();
        await stream.CopyToAsync(content, Cancellation);
        return content.ToArray();
    }

    protected Task<List<StagedSegment>> Segments(string run) => Staging().List(run, Cancellation).ToListAsync(Cancellation).AsTask();

    protected Task<List<string>> Runs() => Staging().Runs(Cancellation).ToListAsync(Cancellation).AsTask();
}
