using System.Net;
using System.Runtime.CompilerServices;
using BackupFunctions.Ambient;
using BackupFunctions.Ipfs;
using BackupFunctions.Tests.Telemetry;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.Tests.Ipfs;

/// <summary>A vault behind the retries does what every node does.</summary>
public sealed class ResilientNodeConformance : IpfsNodeConformance, IDisposable
{
    private readonly TemporaryDirectory _temporary = new();
    private ResilientNode? _node;

    public void Dispose()
    {
        _node?.Dispose();
        _temporary.Dispose();
    }

    protected override Task<IIpfsNode> Node() => Task.FromResult<IIpfsNode>(_node ??= new(
        VaultNode.Open("IPFS_NODE_1_URL file:///vault", _temporary.File("vault"), new DiskFiles(), new SystemRandomSource()), new SystemRandomSource(), TimeProvider.System));
}

public sealed class ResilientNodeTests : IDisposable
{
    private static readonly Cid SomeCid = Cid.Raw([1, 2, 3]);

    private readonly FakeTimeProvider _time = new();
    private readonly FailingNode _inner;
    private readonly ResilientNode _node;

    public ResilientNodeTests()
    {
        _inner = new(_time);
        _node = new(_inner, new SystemRandomSource(), _time);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, int> Attempts => new() { { "import", 3 }, { "pin", 5 }, { "identify", 3 }, { "has", 3 }, { "get", 3 }, { "unpin", 3 }, { "is pinned", 3 }, { "pins", 3 }, { "hold", 5 }, { "release", 3 }, { "is held", 3 } };

    public void Dispose() => _node.Dispose();

    [Theory, MemberData(nameof(Attempts))]
    public async Task Each_call_has_its_number_of_attempts(string call, int attempts)
    {
        _inner.Failure = () => Failed();
        var e = await Should.ThrowAsync<BackupException>(() => Pass(Call(call)));
        e.Message.ShouldBe("the last word");
        _inner.Calls.ShouldBe(attempts);
    }

    [Theory, MemberData(nameof(Attempts))]
    public async Task The_last_attempt_may_succeed(string call, int attempts)
    {
        _inner.Failure = () => _inner.Calls < attempts ? Failed() : null;
        await Pass(Call(call));
        _inner.Calls.ShouldBe(attempts);
    }

    [Fact]
    public async Task Repetitions_are_counted_by_the_kind_of_call_and_first_attempts_are_not()
    {
        using var counted = new CountedHere("backupfunctions.node.retries", "call");
        await Pass(Call("get"));
        counted.Sums.ShouldBeEmpty();
        foreach (var call in new[] { "import", "get", "pin" })
        {
            var before = _inner.Calls;
            _inner.Failure = () => _inner.Calls < before + 3 ? Failed() : null;
            await Pass(Call(call));
        }
        counted.Sums.ShouldBe(new Dictionary<string, long> { ["import"] = 2, ["other"] = 2, ["pin"] = 2 }, ignoreOrder: true);
    }

    public static TheoryData<Exception> Incurable =>
    [
        BackupException.Corrupt("x"), BackupException.NotFound("x"), new BackupException(ErrorKind.Configuration, "x"), new ArgumentException("x"), new IOException("the source"),
        Failed(new NodeAnswerException(HttpStatusCode.Forbidden, "x")), Failed(new NodeAnswerException(HttpStatusCode.Unauthorized, "x")), Failed(new NodeAnswerException(HttpStatusCode.NotFound, "x")),
        Failed(new NodeAnswerException(HttpStatusCode.PermanentRedirect, "x")), Failed(new NodeAnswerException(HttpStatusCode.BadRequest, "x")),
        Failed(new HttpRequestException(HttpRequestError.SecureConnectionError)), Failed(new NodeAnswerException(HttpStatusCode.ServiceUnavailable, "x", TimeSpan.FromHours(1))),
    ];

    [Theory, MemberData(nameof(Incurable), DisableDiscoveryEnumeration = true)]
    public async Task What_repeating_cannot_cure_is_not_repeated_and_leaves_the_circuit_closed(Exception failure)
    {
        _inner.Failure = () => failure;
        for (var i = 1; i <= 10; i++)
        {
            (await Should.ThrowAsync<Exception>(() => Pass(Call("has")))).ShouldBeSameAs(failure);
            _inner.Calls.ShouldBe(i);
        }
    }

    public static TheoryData<Exception> Curable =>
    [
        Failed(new NodeAnswerException(HttpStatusCode.InternalServerError, "x")), Failed(new NodeAnswerException(HttpStatusCode.TooManyRequests, "x")), Failed(new NodeAnswerException(HttpStatusCode.OK, "a trailer")),
        Failed(new HttpRequestException(HttpRequestError.ConnectionError)), Failed(new TimeoutException()), Failed(new IOException()),
    ];

    [Theory, MemberData(nameof(Curable), DisableDiscoveryEnumeration = true)]
    public async Task What_may_pass_is_repeated(Exception failure)
    {
        _inner.Failure = () => _inner.Calls == 1 ? failure : null;
        await Pass(Call("has"));
        _inner.Calls.ShouldBe(2);
    }

    [Fact]
    public async Task Retry_After_is_waited_for_and_not_less()
    {
        _inner.Failure = () => _inner.Calls == 1 ? Failed(new NodeAnswerException(HttpStatusCode.ServiceUnavailable, "busy", TimeSpan.FromSeconds(120))) : null;
        var start = _time.GetUtcNow();
        var call = Call("has");
        _time.Advance(TimeSpan.FromSeconds(119));
        _inner.Calls.ShouldBe(1);
        await Pass(call);
        _inner.Calls.ShouldBe(2);
        (_inner.LastCall - start).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task A_node_that_keeps_failing_is_left_alone_and_asked_again_later()
    {
        _inner.Failure = () => Failed();
        await Should.ThrowAsync<BackupException>(() => Pass(Call("pin")));
        _inner.Calls.ShouldBe(5);

        foreach (var call in new[] { "has", "import", "identify" })
        {
            var e = await Should.ThrowAsync<BackupException>(() => Call(call));
            e.Kind.ShouldBe(ErrorKind.Failed);
            e.Message.ShouldContain("IPFS_NODE_1_URL: not asked, because it keeps failing");
            e.Message.ShouldContain("the last word");
            e.Hint.ShouldBe("look at the node");
        }
        _inner.Calls.ShouldBe(5);

        _inner.Failure = () => null;
        _time.Advance(TimeSpan.FromSeconds(31));
        await Call("has");
        await Call("import");
        _inner.Calls.ShouldBe(7);
    }

    [Fact]
    public async Task Cancelling_ends_the_pause()
    {
        using var cancellation = new CancellationTokenSource();
        _inner.Failure = () => Failed();
        var call = _node.Has(SomeCid, cancellation.Token);
        _inner.Calls.ShouldBe(1);
        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => call);
        _inner.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task A_list_that_breaks_off_has_no_root_twice()
    {
        _inner.Failure = () => _inner.Calls < 3 ? Failed() : null;
        await Pass(Call("pins"));
        var pins = await _node.Pins(Cancellation).ToListAsync(Cancellation);
        pins.ShouldBe([new(SomeCid, "a")]);
    }

    private Task Call(string name) => name switch
    {
        "import" => _node.Import(_ => Task.FromResult(Stream.Null), Cancellation),
        "pin" => _node.Pin(SomeCid, "x", Cancellation),
        "identify" => _node.Identify(Cancellation),
        "has" => _node.Has(SomeCid, Cancellation),
        "get" => _node.Get(SomeCid, Cancellation),
        "unpin" => _node.Unpin(SomeCid, Cancellation),
        "hold" => _node.Hold(SomeCid, "x", Cancellation),
        "release" => _node.Release(SomeCid, Cancellation),
        "is held" => _node.IsHeld(SomeCid, Cancellation),
        "is pinned" => _node.IsPinned(SomeCid, Cancellation),
        _ => _node.Pins(Cancellation).ToListAsync(Cancellation).AsTask(),
    };

    /// <summary>Lets pauses pass until the call ends.</summary>
    private async Task Pass(Task call)
    {
        for (var turns = 0; !call.IsCompleted && turns < 1000; turns++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        await call.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Cancellation);
    }

    private static BackupException Failed(Exception? cause = null) => new(ErrorKind.Failed, "the last word", "look at the node", cause);

    /// <summary>Fails as told, and else answers something.</summary>
    private sealed class FailingNode(TimeProvider time) : IIpfsNode
    {
        public Func<Exception?> Failure { get; set; } = () => null;

        public int Calls { get; private set; }

        public string Name => "IPFS_NODE_1_URL";

        public DateTimeOffset LastCall { get; private set; }

        public Task<NodeIdentity> Identify(CancellationToken cancellationToken) => Answer(new NodeIdentity("id", "vault"));

        public Task<bool> Has(Cid cid, CancellationToken cancellationToken) => Answer(true);

        public Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken) => Answer<byte[]?>([1]);

        public Task<ImportSummary> Import(OpenCar car, CancellationToken cancellationToken) => Answer(new ImportSummary(0, 0));

        public Task Pin(Cid root, string name, CancellationToken cancellationToken) => Answer(0);

        public Task Unpin(Cid root, CancellationToken cancellationToken) => Answer(0);

        public Task<bool> IsPinned(Cid root, CancellationToken cancellationToken) => Answer(true);

        public async IAsyncEnumerable<PinnedRoot> Pins([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            yield return new(SomeCid, "a");
            await Answer(0);
        }

        private Task<T> Answer<T>(T answer)
        {
            Calls++;
            LastCall = time.GetUtcNow();
            return Failure() is { } failure ? Task.FromException<T>(failure) : Task.FromResult(answer);
        }
    }
}
