using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Polly;

namespace BackupFunctions.Mongo;

/// <summary>
/// Reads the oplog behind an entry, in order and without a hole. Only what a majority has committed is taken, and a read ends only at the
/// commit point's own entry, or at one behind which another was seen. Where it ended is looked up once more: an entry that is still there with
/// the same time, term and bytes has, by the replication protocol, all those before it in its history. It ends before an entry for which the barrier gives a clause. For one read.
/// </summary>
internal sealed partial class OplogReader(IOplogSource source, OplogMark after, OplogLimits limits, TimeProvider time, ILogger logger, Func<OplogOperation, string?>? barrier = null)
{
    /// <summary>The pause before the oplog is asked for more.</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    /// <summary>How often members may have nothing new in a row, although a majority has committed more.</summary>
    public const int MostIdlePolls = 120;

    // then a secondary lags behind by too much, and the primary is read
    private const int MostPollsOfSecondaries = 20;
    private const int Confirmations = 3;

    private readonly OplogCursor _cursor = new(source, after);
    private readonly ResiliencePipeline _retry = MongoRetry.Create(RawDocumentReader.Attempts, time, IsTransient, (e, attempt) => LogReopening(logger, e, attempt));
    private long _bytes;
    private bool _full;

    /// <summary>The last entry that was read; once the read has ended, the one where the slice closes.</summary>
    public OplogMark Through => _cursor.Place;

    /// <summary>Whether the read ended at its limit of bytes, and there is more.</summary>
    public bool More { get; private set; }

    /// <summary>What the read ended before, because no replay can pass it; null when there was no such entry.</summary>
    public string? Barrier { get; private set; }

    /// <summary>
    /// Entries in groups; a group is valid until the next is asked for. Fails with <see cref="OplogGapException"/> when an entry that must be
    /// there is not, and with <see cref="ErrorKind.Failed"/> when the server cannot be read.
    /// </summary>
    public async IAsyncEnumerable<IReadOnlyList<OplogEntry>> Read([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var rollbackId = await Call(ct => source.RollbackId(_cursor.Primary, ct), cancellationToken).ConfigureAwait(false);
        try
        {
            while (true)
            {
                var bound = limits.StopAt?.Optime ?? await Call(source.CommitPoint, cancellationToken).ConfigureAwait(false);
                for (var (reached, idle) = (false, 0); !reached;)
                {
                    if (await Call(_cursor.Next, cancellationToken).ConfigureAwait(false) is not { } batch)
                    {
                        reached = _cursor.Joined && Through.Optime >= bound;
                        if (!reached) await WaitForMore(++idle, bound, cancellationToken).ConfigureAwait(false);
                        continue;
                    }
                    try
                    {
                        var group = Take(batch, bound, out reached);
                        if (group.Count == 0) continue;
                        idle = 0;
                        yield return group;
                    }
                    finally
                    {
                        batch.Release();
                    }
                }
                _cursor.Close();
                if (More || Barrier is not null || limits.StopAt is not null || time.GetElapsedTime(started) >= limits.Wait) break;
                await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
            }
            if (limits.StopAt is { } stop && !More && Barrier is null && stop != Through) throw new OplogGapException(new(stop, OplogGapReason.RolledBack, null));
            await Confirm(rollbackId, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _cursor.Close();
        }
    }

    // the entries up to the bound; reached: nothing more is to be taken
    private List<OplogEntry> Take(RawBatch batch, Optime bound, out bool reached)
    {
        var group = new List<OplogEntry>(batch.Documents.Count);
        var last = Through.Optime;
        reached = false;
        foreach (var document in batch.Documents)
        {
            var entry = OplogEntry.Read(document);
            if (entry.Optime <= last) throw BackupException.Corrupt($"read the oplog: entry {entry.Optime} comes behind {last}");
            if (entry.Optime > bound || _full)
            {
                (reached, More) = (true, _full);
                break;
            }
            Barrier = barrier?.Invoke(entry.Operation);
            if (Barrier is not null)
            {
                reached = true;
                break;
            }
            group.Add(entry);
            last = entry.Optime;
            _bytes += document.Length;
            _full = _bytes >= limits.MaxBytes;
        }
        if (group.Count > 0) _cursor.MoveTo(OplogMark.Of(group[^1]));
        reached |= last >= bound;
        return group;
    }

    // the member has less than the majority: it lags behind
    private async Task WaitForMore(int idle, Optime bound, CancellationToken cancellationToken)
    {
        _cursor.Close();
        if (idle == MostPollsOfSecondaries) _cursor.MoveToPrimary();
        if (idle > MostIdlePolls)
            throw new BackupException(ErrorKind.Failed, $"read the oplog: no member gets beyond {Through}, the majority is at {bound}", "check the state and the replication lag of the members");
        await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
    }

    // members have numbers of their own, so that another number only means: look once more
    private async Task Confirm(int? rollbackId, CancellationToken cancellationToken)
    {
        for (var confirmed = 0; confirmed < Confirmations; confirmed++)
        {
            for (var idle = 0; !_cursor.Joined;)
            {
                (await Call(_cursor.Next, cancellationToken).ConfigureAwait(false))?.Release();
                if (!_cursor.Joined) await WaitForMore(++idle, Through.Optime, cancellationToken).ConfigureAwait(false);
            }
            _cursor.Close();
            var now = await Call(ct => source.RollbackId(_cursor.Primary, ct), cancellationToken).ConfigureAwait(false);
            if (now == rollbackId) return;
            rollbackId = now;
        }
    }

    private async Task<T> Call<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        try
        {
            return await _retry.ExecuteAsync(async ct => await action(ct).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OperationCanceledException or BackupException or OplogGapException))
        {
            throw MongoCall.Failure($"read the oplog behind {Through}", MongoCall.BackupRoles, e);
        }
    }

    // a cursor whose place was overwritten shows at the next one whether the entry is gone
    private static bool IsTransient(Exception e) => MongoErrors.IsTransient(e) || MongoErrors.IsPositionLost(e);

    [LoggerMessage(LogLevel.Warning, "read the oplog: connection or cursor lost, reopening (attempt {Attempt})")]
    private static partial void LogReopening(ILogger logger, Exception exception, int attempt);
}
