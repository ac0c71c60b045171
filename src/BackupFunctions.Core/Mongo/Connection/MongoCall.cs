using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>Runs work on MongoDB that may be repeated as a whole, and words its failure.</summary>
internal static class MongoCall
{
    private const int Attempts = 4;

    /// <summary>The roles that a backup needs.</summary>
    public const string BackupRoles = "backup and clusterMonitor";

    /// <summary>The roles that a restore needs on its target: the first one loads, the second one lists indexes, reads back, replays and keeps the progress.</summary>
    public const string RestoreRole = "restore and readWriteAnyDatabase";

    /// <summary>The roles for what both do.</summary>
    public const string EitherRoles = $"{BackupRoles} for a backup, {RestoreRole} for the target of a restore";

    /// <summary>Runs it up to four times; what fails says <paramref name="what"/> was done and which <paramref name="roles"/> that takes.</summary>
    public static async Task<T> Run<T>(
        MongoConnection connection, string what, string roles, Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        var retry = MongoRetry.Create(Attempts, connection.Time, MongoErrors.IsTransient);
        try
        {
            return await retry.ExecuteAsync(async ct => await action(ct).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MongoException or TimeoutException or IOException)
        {
            throw Failure(what, roles, e);
        }
    }

    /// <summary>The error of work that was given up.</summary>
    public static BackupException Failure(string what, string roles, Exception cause)
    {
        var code = MongoErrors.Code(cause);
        return new(ErrorKind.Failed,
            $"{what}: {MongoErrors.Text(cause)}{(code is null ? "" : $" (code {code})")}",
            code == MongoErrors.Unauthorized ? $"the account needs the roles {roles}" : cause is TimeoutException ? "check that the server is running and reachable, then try again" : null, cause);
    }
}
