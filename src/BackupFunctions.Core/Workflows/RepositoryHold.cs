using System.Globalization;
using BackupFunctions.Backup;
using BackupFunctions.Repositories.Locking;

namespace BackupFunctions.Workflows;

/// <summary>The lock of the repository for as long as a part of a workflow runs, renewed while it does.</summary>
internal sealed class RepositoryHold
{
    private static readonly TimeSpan RenewEvery = TimeSpan.FromMinutes(1), LookAgainAfter = TimeSpan.FromMinutes(1);

    private readonly IWorkflowContext _context;
    private readonly string _prefix;
    private readonly List<BackupId> _backups = [];
    private int _renewals;

    private RepositoryHold(IWorkflowContext context, string prefix, LockHolder holder) => (_context, _prefix, Holder) = (context, prefix, holder);

    /// <summary>Who we are to others.</summary>
    public LockHolder Holder { get; }

    /// <summary>Runs the body under the lock.</summary>
    public static Task<T> During<T>(IWorkflowContext context, string prefix, string purpose, LockMode mode, Func<RepositoryHold, Task<T>> body) =>
        During(context, prefix, context.NewId(), purpose, mode, body);

    /// <summary>The same, and while others are in the way it looks again every minute, so many minutes long; then <see cref="ErrorKind.Locked"/>.</summary>
    public static Task<T> WhenFree<T>(IWorkflowContext context, string prefix, string purpose, LockMode mode, int minutes, Func<RepositoryHold, Task<T>> body) =>
        During(context, prefix, context.NewId(), purpose, mode, body, minutes);

    /// <summary>As the first, under an id that the workflow has chosen: one that takes the lock again and again, beside other parts of itself, does not depend on which of them comes first.</summary>
    public static async Task<T> During<T>(IWorkflowContext context, string prefix, Guid name, string purpose, LockMode mode, Func<RepositoryHold, Task<T>> body, int minutes = 0)
    {
        var id = name.ToString("N", CultureInfo.InvariantCulture);
        var holder = await Take(context, prefix, new(id, mode, purpose), minutes);
        var hold = new RepositoryHold(context, prefix, holder);
        using var over = new CancellationTokenSource();
        var renewing = hold.KeepRenewing(over.Token);
        try
        {
            return await body(hold);
        }
        finally
        {
            // not CancelAsync: its callbacks run on the thread pool, off the thread on which a durable host runs workflows
            over.Cancel();
            await renewing;
            await Delivery.Try(() => context.Call(BackupActivities.ReleaseLock, $"{prefix}lock/release", new ReleaseLockInput(id)));
        }
    }

    /// <summary>Tells others that this staged backup is ours, before it can be seen there.</summary>
    public Task Claim(BackupId backup)
    {
        _backups.Add(backup);
        return Renew();
    }

    private static async Task<LockHolder> Take(IWorkflowContext context, string prefix, TakeLockInput input, int minutes)
    {
        for (var minute = 0; ; minute++)
        {
            try
            {
                return await context.Call(BackupActivities.TakeLock, minute == 0 ? $"{prefix}lock/take" : string.Create(CultureInfo.InvariantCulture, $"{prefix}lock/take/{minute}"), input);
            }
            catch (ActivityFailedException e) when (e.Kind == ErrorKind.Locked && minute < minutes)
            {
                context.SetStatus(new("wait", minute, minutes, 0, e.Reason));
                await context.Wait(LookAgainAfter, CancellationToken.None);
            }
        }
    }

    private async Task KeepRenewing(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _context.Wait(RenewEvery, cancellationToken);
                // one that cannot be renewed is found out about by what is recorded under it
                await Delivery.Try(Renew);
            }
        }
        catch (OperationCanceledException)
        {
            // the body has ended
        }
    }

    private Task Renew() =>
        _context.Call(BackupActivities.RenewLock, string.Create(CultureInfo.InvariantCulture, $"{_prefix}lock/renew/{_renewals++}"), new RenewLockInput(Holder, [.. _backups]));
}
