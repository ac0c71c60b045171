using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using MongoDB.Bson;

namespace BackupFunctions.Restore;

/// <summary>Sends the commands of a replay, each repeated while its failure may pass; all of them may be run twice.</summary>
internal sealed class TargetCommands(RunRawCommand run, ServerVersion version, TimeProvider time)
{
    private const int Attempts = 4;

    /// <summary>The target's version.</summary>
    public ServerVersion Version => version;

    /// <summary>Runs work that may be repeated as a whole; what fails says <paramref name="what"/> was done.</summary>
    public async Task<T> Run<T>(string what, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var retry = MongoRetry.Create(Attempts, time, MongoErrors.IsTransient);
        try
        {
            return await retry.ExecuteAsync(async ct => await work(ct).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MongoDB.Driver.MongoException or TimeoutException or IOException)
        {
            throw MongoCall.Failure(what, MongoCall.RestoreRole, e);
        }
    }

    /// <summary>Runs one command; a reply that a majority did not confirm is a failure that may pass.</summary>
    public Task<RawBsonDocument> Run(string what, string database, RawBsonDocument command, CancellationToken cancellationToken) =>
        Run(what, ct => Once(database, command, ct), cancellationToken);

    /// <summary>Runs one command once, with the driver's own errors.</summary>
    public async Task<RawBsonDocument> Once(string database, RawBsonDocument command, CancellationToken cancellationToken)
    {
        var reply = await run(database, command, cancellationToken).ConfigureAwait(false);
        if (WriteReply.ConcernError(reply) is not { } unconfirmed) return reply;
        reply.Dispose();
        throw new IOException($"the write was not confirmed by a majority: {unconfirmed}");
    }

    /// <summary>Appends the write concern of every command here.</summary>
    public static RawBsonBuilder Majority(RawBsonBuilder command) => command.BeginDocument("writeConcern").Add("w", "majority").End();
}
