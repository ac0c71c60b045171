using BackupFunctions.Ambient;
using BackupFunctions.Mongo;

namespace BackupFunctions.Restore;

/// <summary>
/// Replays a stretch of oplog on a target that holds what was loaded from a full backup. Running it again, from the first entry, on a target where it
/// ended or was stopped leads to the same data. With a progress it goes on where it was stopped: the entries are read from the first again, since
/// they make up transactions and the catalogue, and only what takes effect after the position is applied. Nothing else may write to these
/// collections meanwhile, and they have no indexes but that on <c>_id</c>: the others are built from the result.
/// </summary>
public sealed class OplogReplayer
{
    private readonly TargetCommands _target;
    private readonly TimeProvider _time;
    private readonly ReplayOptions _options;
    private readonly IReplayProgress? _progress;
    private readonly IFiles _files;
    private readonly IRandomSource _random;

    /// <summary>Replays on the connection's deployment, whose topology was read from it.</summary>
    public OplogReplayer(MongoConnection connection, Topology topology, ReplayOptions options, IReplayProgress? progress, IFiles files, IRandomSource random)
        : this(connection.RunRaw, topology.Version, connection.Time, options, progress, files, random)
    {
    }

    internal OplogReplayer(
        RunRawCommand run, ServerVersion version, TimeProvider time, ReplayOptions options, IReplayProgress? progress, IFiles files, IRandomSource random)
    {
        _target = new(run, version, time);
        (_time, _options, _progress, _files, _random) = (time, options, progress, files, random);
    }

    /// <summary>
    /// Replays the entries, in the order in which they come, up to the first one behind the target. Their bytes must stay as they are. A transaction that is
    /// cut off is <see cref="ErrorKind.OplogGap"/>; a command that we do not know, and a change that needs a new full backup, are
    /// <see cref="ErrorKind.Failed"/>; a rename into what the filter includes is <see cref="ErrorKind.Configuration"/>.
    /// </summary>
    public async Task<ReplayResult> Run(
        IAsyncEnumerable<OplogEntry> entries, ReplayStart start, IProgress<ReplayStatus>? status, CancellationToken cancellationToken)
    {
        var tally = new ReplayTally();
        var scope = new ReplayScope(_options.Filter, _options.Renames, _options.Foreign);
        var catalogue = new ReplayCatalogue(start.Collections.Where(c => scope.Includes(c.Namespace)));
        var accounts = new Accounts(start);
        var commands = new CommandReplay(catalogue, accounts, scope, new CollectionChanges(_target), tally);
        var documents = new DocumentReplay(catalogue, accounts, scope, tally);
        var keeper = new ProgressKeeper(_progress, _time, _options.SaveEvery, _options.SaveBytes);
        var resumeAfter = await keeper.Load(cancellationToken).ConfigureAwait(false);

        using var assembler = new TransactionAssembler(_options.TransactionMemory, _options.SpillDirectory, _files, _random);
        var applier = await Applier(cancellationToken).ConfigureAwait(false);
        var run = new ReplayRun(_options, assembler, new(_options.Filter), documents, commands, applier, keeper, resumeAfter, tally, status);
        await run.Read(entries, cancellationToken).ConfigureAwait(false);
        return new(run.Through, tally.Entries, tally.Operations, tally.Transactions, tally.Skipped, tally.Missing, assembler.Open,
            [.. catalogue.Collections.Select(Renamed)], [.. catalogue.Views.All.Where(v => scope.Includes(v.Namespace)).Select(Renamed)],
            [.. accounts.Users.Documents], [.. accounts.Roles.Documents], [.. tally.Warnings, .. catalogue.Warnings]);

        CollectionSpec Renamed(CollectionSpec spec) => spec with { Namespace = scope.Target(spec.Namespace) };
    }

    private async Task<IOperationApplier> Applier(CancellationToken cancellationToken)
    {
        var byOperation = new OperationByOperation(_target, _options.Parallelism);
        if (!_options.UseApplyOps) return byOperation;
        return await ApplyOpsApplier.Probe(_target, byOperation, cancellationToken).ConfigureAwait(false) is { } applyOps ? applyOps : byOperation;
    }
}
