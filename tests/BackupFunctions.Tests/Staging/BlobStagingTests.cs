using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Staging;
using BackupFunctions.Tests.Configuration;
using BackupFunctions.Tests.Staging.Azurite;

namespace BackupFunctions.Tests.Staging;

/// <summary>Over a real Azurite.</summary>
public sealed class BlobStagingTests(AzuriteFixture fixture) : StagingConformance, IAsyncLifetime
{
    private const int Large = 9_000_001;
    private AzuriteProcess _azurite = null!;
    private string _container = "";
    private IStaging _staging = null!;

    public async ValueTask InitializeAsync()
    {
        _azurite = await fixture.Azurite;
        _container = _azurite.NewContainer();
        var settings = TestSettings.Source($"BACKUP_STAGING={_azurite.ConnectionString}", $"BACKUP_STAGING_CONTAINER={_container}");
        _staging = StagingFactory.Open(BackupOptions.Load(settings, OptionsScope.General).Staging, new DiskFiles(), new SystemRandomSource());
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override IStaging Staging() => _staging;

    [Fact]
    public async Task Segments_are_blobs_by_run_and_name_in_the_container_that_is_made_for_them()
    {
        var container = _azurite.Container(_container);
        (await Runs()).ShouldBeEmpty();
        (await Segments("run")).ShouldBeEmpty();
        await Staging().Delete("run", Cancellation);
        (await container.ExistsAsync(Cancellation)).Value.ShouldBeFalse();
        await Stage("run", "a.car", [1, 2]);
        (await container.GetBlobClient("run/a.car").DownloadContentAsync(Cancellation)).Value.Content.ToArray().ShouldBe([1, 2]);
        (await container.GetPropertiesAsync(cancellationToken: Cancellation)).Value.PublicAccess.ShouldBe(Azure.Storage.Blobs.Models.PublicAccessType.None);
        (await Staging().FreeBytes(Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Blocks_that_are_not_committed_are_no_segment_and_do_not_hinder_the_next_writer()
    {
        var writer = await Staging().Create("run", "a", Cancellation);
        await writer.Stream.WriteAsync(new byte[Large], Cancellation);
        await writer.DisposeAsync();
        var left = await _azurite.Container(_container).GetBlockBlobClient("run/a").GetBlockListAsync(cancellationToken: Cancellation);
        left.Value.UncommittedBlocks.ShouldNotBeEmpty();
        (await Runs()).ShouldBeEmpty();
        await Stage("run", "a", [7]);
        (await Read("run", "a")).ShouldBe([7]);
    }

    [Fact]
    public async Task What_is_not_committed_when_the_run_is_cancelled_never_appears()
    {
        using var run = new CancellationTokenSource();
        await using (var writer = await Staging().Create("run", "a", run.Token))
        {
            await writer.Stream.WriteAsync(new byte[Large], Cancellation);
            await run.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => writer.Commit(Cancellation));
        }
        (await Runs()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_request_that_breaks_off_is_made_again()
    {
        var breaking = new Breaking();
        var staging = Open(_azurite.ConnectionString, breaking);
        var content = Bytes(Large, 3);
        await using (var writer = await staging.Create("run", "a", Cancellation))
        {
            await writer.Stream.WriteAsync(content, Cancellation);
            await writer.Commit(Cancellation);
        }
        (await Read(staging, "run", "a")).ShouldBe(content);
        (await staging.Runs(Cancellation).ToListAsync(Cancellation)).ShouldBe(["run"]);
        breaking.Broken.ShouldBeGreaterThan(5);
    }

    [Fact]
    public async Task A_request_that_always_breaks_off_is_a_clear_error()
    {
        var e = await ShouldFail(Open(_azurite.ConnectionString, new Breaking { Always = true }));
        e.Message.ShouldContain("the connection was reset");
        e.Hint.ShouldNotBeNull().ShouldContain("reachable");
    }

    [Fact]
    public async Task An_account_that_does_not_answer_is_a_clear_error()
    {
        var e = await ShouldFail(Open(_azurite.ConnectionString.Replace($":{_azurite.Url.Port}/", ":1/", StringComparison.Ordinal)));
        e.Message.ShouldContain("refused");
        e.Hint.ShouldNotBeNull().ShouldContain("reachable");
    }

    [Fact]
    public async Task A_wrong_key_is_a_clear_error_that_does_not_show_it()
    {
        var key = Convert.ToBase64String(Bytes(64, 5));
        var e = await ShouldFail(Open(System.Text.RegularExpressions.Regex.Replace(_azurite.ConnectionString, "AccountKey=[^;]*", $"AccountKey={key}")));
        e.Message.ShouldContain("403");
        e.Hint.ShouldNotBeNull().ShouldContain("Storage Blob Data Contributor");
        $"{e.Message} {e.Hint}".ShouldNotContain(key);
    }

    [Fact]
    public async Task A_container_that_may_not_be_made_is_named_with_the_right_that_lacks()
    {
        // a signature that lets write blobs, and not make containers
        var sas = new Azure.Storage.Sas.BlobSasBuilder(Azure.Storage.Sas.BlobContainerSasPermissions.Write | Azure.Storage.Sas.BlobContainerSasPermissions.List, TimeProvider.System.GetUtcNow().AddHours(1)) { BlobContainerName = _container };
        var signature = _azurite.Container(_container).GenerateSasUri(sas).Query;
        var e = await ShouldFail(Open($"BlobEndpoint={_azurite.Url};SharedAccessSignature={signature}"));
        e.Message.ShouldContain("403");
        e.Message.ShouldContain(_container);
        e.Hint.ShouldNotBeNull().ShouldContain("Storage Blob Data Contributor");
        e.Message.ShouldNotContain("sig=");
    }

    private BlobStaging Open(string connection, HttpPipelinePolicy? policy = null)
    {
        var options = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2023_11_03) { Retry = { MaxRetries = 2, Delay = TimeSpan.FromMilliseconds(1) } };
        if (policy is not null) options.AddPolicy(policy, HttpPipelinePosition.PerRetry);
        return new(new BlobContainerClient(connection, _container, options), new SystemRandomSource());
    }

    private static async Task<BackupException> ShouldFail(BlobStaging staging)
    {
        var e = await Should.ThrowAsync<BackupException>(async () =>
        {
            await using var writer = await staging.Create("run", "a", Cancellation);
            await writer.Stream.WriteAsync(new byte[10], Cancellation);
            await writer.Commit(Cancellation);
        });
        e.Kind.ShouldBe(ErrorKind.Failed);
        e.Message.ShouldStartWith("stage run/a in http://127.0.0.1:");
        e.Message.ShouldContain("BACKUP_STAGING");
        return e;
    }

    /// <summary>Lets every request, or every second one, end as a connection that is reset.</summary>
    private sealed class Breaking : HttpPipelinePolicy
    {
        private int _requests;

        public bool Always { get; init; }

        public int Broken { get; private set; }

        public override ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            if (!Always && Interlocked.Increment(ref _requests) % 2 == 0) return ProcessNextAsync(message, pipeline);
            Broken++;
            throw new IOException("the connection was reset");
        }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();
    }
}
