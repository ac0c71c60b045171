using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using BackupFunctions.Ambient;
using BackupFunctions.Telemetry.Metrics;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace BackupFunctions.Ipfs;

/// <summary>
/// The one place where work on a node is repeated: imports up to 3 times, pins 5 (those that only hold, too), all else 3, with pauses that double and vary, or as long as the node
/// asks for. What repeating cannot cure is not repeated. A node that keeps failing is left alone for a while, and calls fail at once. Owns the node.
/// </summary>
internal sealed class ResilientNode : IIpfsNode, IDisposable
{
    private const int ImportAttempts = 3, PinAttempts = 5, OtherAttempts = 3;
    private const int FailuresToOpen = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);
    // a node that asks for more is not waited for
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LeftAlone = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly IIpfsNode _node;
    private readonly ResiliencePipeline _import, _pin, _other;

    public ResilientNode(IIpfsNode node, IRandomSource random, TimeProvider time)
    {
        _node = node;
        // one circuit for all: it is the node that fails, not the call
        var circuit = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = 0.9,
                MinimumThroughput = FailuresToOpen,
                SamplingDuration = Window,
                BreakDuration = LeftAlone,
                ShouldHandle = arguments => ValueTask.FromResult(MayPass(arguments.Outcome.Exception)),
            })
            .Build();
        _import = Create(ImportAttempts, "import");
        _pin = Create(PinAttempts, "pin");
        _other = Create(OtherAttempts, "other");

        ResiliencePipeline Create(int attempts, string call) => new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = attempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = FirstPause,
                MaxDelay = LongestPause,
                Randomizer = () => Fraction(random),
                ShouldHandle = arguments => ValueTask.FromResult(MayPass(arguments.Outcome.Exception)),
                OnRetry = _ =>
                {
                    FlowMetrics.Retried(call);
                    return default;
                },
                DelayGenerator = arguments => ValueTask.FromResult((arguments.Outcome.Exception?.InnerException as NodeAnswerException)?.RetryAfter),
            })
            .AddPipeline(circuit)
            .Build();
    }

    /// <inheritdoc/>
    public string Name => _node.Name;

    /// <inheritdoc/>
    public Task<NodeIdentity> Identify(CancellationToken cancellationToken) => Run(_other, "identify", _node.Identify, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> Has(Cid cid, CancellationToken cancellationToken) => Run(_other, $"look for block {cid} on", token => _node.Has(cid, token), cancellationToken);

    /// <inheritdoc/>
    public Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken) => Run(_other, $"read block {cid} from", token => _node.Get(cid, token), cancellationToken);

    /// <inheritdoc/>
    public Task<ImportSummary> Import(OpenCar car, CancellationToken cancellationToken) =>
        Run(_import, "import blocks into", token => _node.Import(car, token), cancellationToken);

    /// <inheritdoc/>
    public Task<ImportSummary> ImportHeld(OpenCar car, Cid root, string name, CancellationToken cancellationToken) =>
        Run(_import, "import blocks into", token => _node.ImportHeld(car, root, name, token), cancellationToken);

    /// <inheritdoc/>
    public Task Pin(Cid root, string name, CancellationToken cancellationToken) => Run(_pin, $"pin {root} on", token => Done(_node.Pin(root, name, token)), cancellationToken);

    /// <inheritdoc/>
    public Task Unpin(Cid root, CancellationToken cancellationToken) => Run(_other, $"unpin {root} on", token => Done(_node.Unpin(root, token)), cancellationToken);

    /// <inheritdoc/>
    public Task Hold(Cid root, string name, CancellationToken cancellationToken) => Run(_pin, $"hold {root} on", token => Done(_node.Hold(root, name, token)), cancellationToken);

    /// <inheritdoc/>
    public Task Release(Cid root, CancellationToken cancellationToken) => Run(_other, $"release {root} on", token => Done(_node.Release(root, token)), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> IsHeld(Cid root, CancellationToken cancellationToken) => Run(_other, $"look for guard {root} on", token => _node.IsHeld(root, token), cancellationToken);

    /// <inheritdoc/>
    public Task<PinnedRoot?> PinOver(Cid block, CancellationToken cancellationToken) =>
        Run(_other, $"look for pins over block {block} on", token => _node.PinOver(block, token), cancellationToken);

    /// <inheritdoc/>
    public Task Remove(Cid block, CancellationToken cancellationToken) => Run(_other, $"delete block {block} on", token => Done(_node.Remove(block, token)), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> IsPinned(Cid root, CancellationToken cancellationToken) =>
        Run(_other, $"look for pin {root} on", token => _node.IsPinned(root, token), cancellationToken);

    /// <inheritdoc/>
    public Task<long?> FreeBytes(CancellationToken cancellationToken) => Run(_other, "ask for the free space of", _node.FreeBytes, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<PinnedRoot> Pins(CancellationToken cancellationToken) => List("list pins of", _node.Pins, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<PinnedRoot> Holds(CancellationToken cancellationToken) => List("list guards of", _node.Holds, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => (_node as IDisposable)?.Dispose();

    private async IAsyncEnumerable<PinnedRoot> List(string action, Func<CancellationToken, IAsyncEnumerable<PinnedRoot>> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // gathered first: a list that breaks off is read again from its beginning
        foreach (var pin in await Run(_other, action, token => read(token).ToListAsync(token).AsTask(), cancellationToken)) yield return pin;
    }

    private async Task<T> Run<T>(ResiliencePipeline pipeline, string action, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await pipeline.ExecuteAsync(async token => await work(token), cancellationToken);
        }
        catch (BrokenCircuitException e)
        {
            var last = e.InnerException;
            throw new BackupException(
                ErrorKind.Failed,
                $"{action} {Name}: not asked, because it keeps failing; it is left alone for {LeftAlone.TotalSeconds:0} s. Its last error: {last?.Message}",
                (last as BackupException)?.Hint,
                last);
        }
    }

    private static async Task<bool> Done(Task task)
    {
        await task;
        return true;
    }

    /// <summary>Whether the same call may succeed in a while.</summary>
    private static bool MayPass(Exception? e) => e is BackupException { Kind: ErrorKind.Failed } && e.InnerException switch
    {
        NodeAnswerException answer => !answer.IsFinal && (answer.RetryAfter is not { } wait || wait <= LongestRetryAfter),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => false,
        _ => true,
    };

    private static double Fraction(IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[8];
        random.Fill(bytes);
        // 53 bits, all that a double between 0 and 1 holds
        return (BinaryPrimitives.ReadUInt64LittleEndian(bytes) >> 11) * (1.0 / (1UL << 53));
    }
}
