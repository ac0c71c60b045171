using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Notifications;
using BackupFunctions.Repositories.Locking;

namespace BackupFunctions.Workflows;

/// <summary>
/// A full backup: deliver what earlier runs left, plan, dump and seal (fan-out) while the oplog is captured, assemble, deliver, notify. A recent full backup
/// that waited in staging and is delivered now is the one that was asked for; nothing is dumped while something cannot be delivered. Where documents could not be read as of one
/// cluster time and a collection was renamed meanwhile or something was done that cannot be replayed, or the oplog was begun in the middle of a transaction, it begins anew.
/// </summary>
public static class FullBackupWorkflow
{
    /// <summary>The name under which hosts start it.</summary>
    public const string Name = "FullBackup";

    private const int Attempts = 3;

    // a run that is tried again soon asks for what the first one dumped
    private static readonly TimeSpan Fresh = TimeSpan.FromHours(12);

    // a dump that is over sooner needs one capture only
    private static readonly TimeSpan CaptureInterval = TimeSpan.FromMinutes(1);

    /// <summary>Runs it; deterministic.</summary>
    public static async Task<FullBackupResult> Run(IWorkflowContext context, FullBackupInput input)
    {
        WorkflowVersion.Require(Name, input.Version, FullBackupInput.CurrentVersion);
        var run = new AllAttempts(context, input);
        try
        {
            var result = await RepositoryHold.During(context, "full/", "a full backup", LockMode.Shared, hold => FailedRuns.Record(context, hold, "full/failed", BackupType.Full, run.Run));
            return input.CleansUp ? result with { Warnings = [.. result.Warnings, .. await RetentionWorkflow.AfterBackup(context)] } : result;
        }
        catch (ActivityFailedException e)
        {
            await Delivery.NotifyFailed(context, "notify", AlertLevel.Error, AlertEvents.BackupFailed, e, "full", run.Backup);
            throw;
        }
    }

    /// <summary>The whole run under the lock.</summary>
    private sealed class AllAttempts(IWorkflowContext context, FullBackupInput input)
    {
        public BackupId? Backup { get; private set; }

        public async Task<FullBackupResult> Run(RepositoryHold hold)
        {
            var resumption = new Resumption(context, hold, Name, "resume/");
            await resumption.DeliverStaged(copies: true);
            if (resumption.Failure is { } waiting) throw waiting;
            await resumption.CompleteCopies();
            if (resumption.Delivered.LastOrDefault(d => d.Backup.Type == BackupType.Full && context.UtcNow - d.Backup.Started < Fresh) is { } stored)
                return new(stored.Backup, stored.Manifest, stored.Revision, stored.Problems, [.. resumption.Warnings, $"backup {stored.Backup.Id} had been dumped at {Telemetry.Human.Time(stored.Backup.Started)} and waited in staging: nothing was dumped again"]);
            for (var attempt = 1; ; attempt++)
            {
                var run = new FullRun(context, hold, input, attempt);
                Backup = run.Backup;
                if (await run.Stage() is not { } staged)
                {
                    if (attempt < Attempts) continue;
                    throw new ActivityFailedException(Name, ErrorKind.Failed, $"back up everything: during each of {Attempts} attempts something was in the way, during the last {run.InTheWay}",
                        "run again when that is over; a collection that is renamed is best selected under both names, or under neither (BACKUP_INCLUDE, BACKUP_EXCLUDE): while documents are read one after the other a rename could lose them");
                }
                var delivered = await Delivery.Run(context, hold, Name, "", staged.Plan.Targets, staged.Draft, []);
                var silent = await Delivery.Announce(context, "notify", "full", delivered);
                return new(delivered.Backup, delivered.Manifest, delivered.Revision, delivered.Problems,
                    [.. resumption.Warnings, .. staged.Plan.Warnings, .. delivered.Warnings, .. silent is null ? [] : new[] { silent }]);
            }
        }
    }

    /// <summary>One attempt, with keys and a backup id of its own.</summary>
    private sealed class FullRun
    {
        private readonly IWorkflowContext _context;
        private readonly RepositoryHold _hold;
        private readonly FullBackupInput _input;
        private readonly DateTimeOffset _started;
        private readonly string _prefix;
        private int _parts;
        private string? _unlessExact;

        public FullRun(IWorkflowContext context, RepositoryHold hold, FullBackupInput input, int attempt)
        {
            (_context, _hold, _input, _started) = (context, hold, input, context.UtcNow);
            _prefix = attempt == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"attempt/{attempt}/");
            Backup = BackupId.At(_started, context.NewId());
        }

        public BackupId Backup { get; }

        /// <summary>Why nothing could be restored from it, as a clause; null when it can.</summary>
        public string? InTheWay { get; private set; }

        /// <summary>Stages all of it; null when it has to begin anew, and then nothing is staged.</summary>
        public async Task<(PlanResult Plan, BackupEntry Draft)?> Stage()
        {
            try
            {
                return await StageAll();
            }
            catch (Exception e) when (e is ActivityFailedException or OperationCanceledException)
            {
                await Discard();
                throw;
            }
        }

        private async Task<(PlanResult, BackupEntry)?> StageAll()
        {
            _context.SetStatus(new("plan", 0, 0, 0));
            var plan = await _context.Call(BackupActivities.Plan, $"{_prefix}plan", new PlanInput(Backup, _started));
            await _hold.Claim(Backup);
            var dump = Dump(plan);
            if (plan.OplogStart is { } start) await Capture(plan, start, dump);
            var (exact, bytes) = await dump;
            if (!exact) InTheWay ??= _unlessExact;
            if (InTheWay is not null)
            {
                await Discard();
                return null;
            }

            _context.SetStatus(new("assemble", 0, 1, bytes));
            return (plan, await _context.Call(BackupActivities.Assemble, $"{_prefix}assemble", new AssembleInput(Backup, _parts, null, [])));
        }

        private async Task<(bool Exact, long Bytes)> Dump(PlanResult plan)
        {
            long units = 0, bytes = 0;
            _context.SetStatus(new("dump", 0, plan.Units, 0));
            var results = await FanOut.Run([.. Enumerable.Range(0, plan.Units)], _input.Width,
                unit => _context.Call(BackupActivities.DumpAndEncrypt, Key("dump", unit), new DumpInput(Backup, unit)),
                done => _context.SetStatus(new("dump", ++units, plan.Units, bytes += done.Bytes)), () => InTheWay is not null);
            return (InTheWay is null && plan.Snapshot is not null && results.All(r => r.Exact), bytes);
        }

        // during the dump too: an oplog that holds less than the dump takes would lose its beginning
        private async Task Capture(PlanResult plan, OplogMark start, Task dump)
        {
            try
            {
                var after = start;
                for (var last = false; !last && InTheWay is null;)
                {
                    last = await EndsSoon(dump);
                    var captured = await CapturePart(plan, after);
                    after = captured.Through;
                    last |= captured.Barrier is not null;
                }
            }
            catch (Exception e) when (e is ActivityFailedException or OperationCanceledException)
            {
                // what is discarded, or left by a run that was stopped, must not be written to any more
                await Task.WhenAny(dump);
                throw;
            }
        }

        private async Task<bool> EndsSoon(Task dump)
        {
            using var over = new CancellationTokenSource();
            var interval = _context.Wait(CaptureInterval, over.Token);
            var first = await Task.WhenAny(dump, interval);
            // not CancelAsync: its callbacks run on the thread pool, off the thread on which a durable host runs workflows
            over.Cancel();
            return first == dump;
        }

        private async Task<CaptureResult> CapturePart(PlanResult plan, OplogMark after)
        {
            var captured = await _context.Call(BackupActivities.CaptureOplog, Key("oplog", _parts), new CaptureInput(Backup, _parts, after, new()));
            if (captured is { Gap: { } gap, Barrier: null })
                throw new ActivityFailedException(BackupActivities.CaptureOplog.Name, ErrorKind.OplogGap, $"capture the oplog of the backup: {gap}", "make the oplog larger (replSetResizeOplog) than what is written in some minutes of a backup");
            // one that is open at the beginning is known then; a later part may well go on with what an earlier one has
            if (_parts == 0 && captured.CutsTransaction) InTheWay = "a transaction went on that could not be seen beforehand";
            if (captured.Gap is null) _parts++;
            if (captured.Renames) Spoil(plan, "a collection was renamed");
            if (captured.Barrier is { } barrier) Spoil(plan, barrier);
            // what is of one moment needs the oplog up to it
            if (captured.Barrier is not null && (_parts == 0 || captured.Through.Optime < plan.Snapshot)) InTheWay ??= captured.Barrier;
            return captured;
        }

        // documents that are all of one moment need no oplog
        private void Spoil(PlanResult plan, string what)
        {
            if (plan.Snapshot is null) InTheWay ??= what;
            else _unlessExact ??= what;
        }

        // without a root nothing can go on from what is staged: it would only keep a full disk full
        private Task<string?> Discard() => Delivery.Try(() => _context.Call(BackupActivities.Cleanup, $"{_prefix}discard", new CleanupInput(Backup)));

        private string Key(string step, int number) => string.Create(CultureInfo.InvariantCulture, $"{_prefix}{step}/{number}");
    }
}
