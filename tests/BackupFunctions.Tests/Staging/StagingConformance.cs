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

    protected async Task<byte[]> Read(string run, string segment)
    {
        await using var stream = await Staging().OpenRead(run, segment, Cancellation);
        var content = new MemoryStream();
        await stream.CopyToAsync(content, Cancellation);
        return content.ToArray();
    }

    protected Task<List<StagedSegment>> Segments(string run) => Staging().List(run, Cancellation).ToListAsync(Cancellation).AsTask();

    protected Task<List<string>> Runs() => Staging().Runs(Cancellation).ToListAsync(Cancellation).AsTask();
}
