using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Notifications;
using BackupFunctions.Notifications.Outbox;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Monitoring;

/// <summary>What the watch looks at.</summary>
/// <param name="Catalog">The catalogue.</param>
/// <param name="Manifest">The manifest behind it.</param>
/// <param name="Nodes">Both nodes in order.</param>
/// <param name="Oplog">Reads how far the source's oplog reaches.</param>
internal sealed record WatchedParts(ICatalog Catalog, ManifestStore Manifest, IReadOnlyList<IIpfsNode> Nodes, Func<CancellationToken, Task<OplogReach?>> Oplog);

/// <summary>
/// Looks whether backups succeed, for health and, by a timer of the host, for alerts. What asks all pins of the nodes, or the source, is asked at most once a minute. Thread-safe.
/// </summary>
public sealed class BackupWatch
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10), s_fresh = TimeSpan.FromMinutes(1);

    private readonly WatchedParts _parts;
    private readonly WatchSettings _settings;
    private readonly Func<string, string> _redact;
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _since;
    private volatile Slow? _slow;

    internal BackupWatch(WatchedParts parts, WatchSettings settings, Func<string, string> redact, TimeProvider time) =>
        (_parts, _settings, _redact, _time, _since) = (parts, settings, redact, time, time.GetUtcNow());

    /// <summary>Looks, and gives what is wrong, the worst first. It never fails but when it is cancelled: what cannot be looked at is wrong.</summary>
    public async Task<(Observation Seen, IReadOnlyList<Condition> Found)> Look(CancellationToken cancellationToken)
    {
        var seen = await Observe(cancellationToken);
        return (seen, WatchRules.Find(seen, _settings));
    }

    /// <summary>Looks, tells what is wrong and what is over, and sends what waits. What is news goes to the log, too.</summary>
    public async Task Tell(AlertDispatcher dispatcher, INotifier log, CancellationToken cancellationToken)
    {
        var (seen, found) = await Look(cancellationToken);
        foreach (var alert in found.Where(c => c.Level > AlertLevel.Info).Select(c => c.ToAlert(seen.At)))
        {
            if (await dispatcher.Tell(alert, cancellationToken)) await log.Notify(alert, cancellationToken);
        }
        foreach (var cleared in WatchRules.Clear(seen, found)) await dispatcher.Settle(cleared.Cause, cleared.AsOf, cancellationToken);
        await dispatcher.Deliver(cancellationToken);
    }

    private async Task<Observation> Observe(CancellationToken cancellationToken)
    {
        // before anything is read: what is told meanwhile is newer
        var seen = new Observation(_time.GetUtcNow(), _since);
        using var patience = new CancellationTokenSource(s_patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var nodes = Task.WhenAll(_parts.Nodes.Select(n => Node(n, either.Token)));
        var (manifest, problem) = await Try(async () => await _parts.Catalog.ReadHead(either.Token) is null ? null : await _parts.Manifest.Load(either.Token));
        seen = seen with { Manifest = manifest, CatalogueProblem = problem, Nodes = await nodes };
        var slow = await Slowly(seen, either.Token);
        cancellationToken.ThrowIfCancellationRequested();
        return seen with { Conflict = slow.Conflict, ConflictIsKnown = slow.ConflictIsKnown, Oplog = slow.Oplog, SourceProblem = slow.SourceProblem };
    }

    private async Task<Slow> Slowly(Observation seen, CancellationToken cancellationToken)
    {
        if (_slow is { } known && known.Revision == seen.Manifest?.Revision && seen.At - known.At < s_fresh) return known;
        var source = Try(() => _parts.Oplog(cancellationToken));
        var (conflict, unknown) = seen.Manifest is { } manifest && seen.Nodes.Any(n => n.Ok) ? await Try(() => _parts.Manifest.Conflict(manifest, cancellationToken)) : (null, ("not asked", null));
        var (oplog, down) = await source;
        return _slow = new(seen.At, seen.Manifest?.Revision, conflict, unknown is null, oplog, down?.Text);
    }

    private async Task<ObservedNode> Node(IIpfsNode node, CancellationToken cancellationToken)
    {
        var (identity, problem) = await Try(() => node.Identify(cancellationToken)!);
        return new(_redact(node.Name), identity?.Agent, problem?.Text, problem?.Hint);
    }

    private async Task<(T? Value, (string Text, string? Hint)? Problem)> Try<T>(Func<Task<T?>> look) where T : class
    {
        try
        {
            return (await look(), null);
        }
        catch (Exception e)
        {
            var text = e is OperationCanceledException ? $"no answer within {s_patience.TotalSeconds} seconds" : ErrorText.ForUser(e);
            return (null, (_redact(text), ExitCodes.Classify(e).Hint is { } hint ? _redact(hint) : null));
        }
    }

    private sealed record Slow(DateTimeOffset At, ulong? Revision, string? Conflict, bool ConflictIsKnown, OplogReach? Oplog, string? SourceProblem);
}
