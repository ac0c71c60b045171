using System.Globalization;
using BackupFunctions.Mongo;
using BackupFunctions.Serialization;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Restore;

/// <summary>
/// What a restore keeps on its target until it has ended, so that one that was killed goes on where it was when it is asked for again: the
/// request, the units that are loaded, and after a replay the collections and views as they are to be. Restores of other requests have their
/// own. Every call may be made again.
/// </summary>
public sealed class RestoreState(MongoConnection target, RestoreId id)
{
    private const string Database = NamespaceFilter.RestoreDatabase;
    private const string RequestKey = "request", PreparedKey = "prepared", ReplayedKey = "replayed", AccountsKey = "accounts", ExistingKey = "existing";

    /// <summary>How messages name it.</summary>
    public string Name { get; } = $"{Database}.{id}";

    private IMongoCollection<BsonDocument> Documents => target.Client.GetDatabase(Database).GetCollection<BsonDocument>(id.ToString());

    /// <summary>Begins, unless this request has begun before: then it tells since when.</summary>
    public async Task<DateTimeOffset?> Begin(RestoreRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await Find<Begun>(RequestKey, cancellationToken) is { } begun) return begun.At;
        await Save(RequestKey, new Begun(request, now), cancellationToken);
        return null;
    }

    /// <summary>Whether this request has begun before and not ended.</summary>
    public async Task<bool> HasBegun(CancellationToken cancellationToken) => await Find<Begun>(RequestKey, cancellationToken) is not null;

    /// <summary>The request; fails with <see cref="ErrorKind.Failed"/> when somebody dropped it.</summary>
    public async Task<RestoreRequest> Request(CancellationToken cancellationToken) =>
        (await Find<Begun>(RequestKey, cancellationToken))?.Request ?? throw new BackupException(ErrorKind.Failed, $"restore into {target.Name}: {Name} is gone", "start the restore again");

    /// <summary>Keeps which collections were there before the restore, which it must not touch.</summary>
    public Task Found(IReadOnlyList<Namespace> existing, CancellationToken cancellationToken) => Save(ExistingKey, existing, cancellationToken);

    /// <summary>The collections that were there before, but for those that the restore may drop.</summary>
    public async Task<IReadOnlySet<Namespace>> Existing(CancellationToken cancellationToken) => (await Find<List<Namespace>>(ExistingKey, cancellationToken) ?? []).ToHashSet();

    /// <summary>What preparing the target gave, or null.</summary>
    public Task<PrepareResult?> FindPrepared(CancellationToken cancellationToken) => Find<PrepareResult>(PreparedKey, cancellationToken);

    /// <summary>The target is prepared.</summary>
    public Task Prepared(PrepareResult result, CancellationToken cancellationToken) => Save(PreparedKey, result, cancellationToken);

    /// <summary>What a unit loaded, or null when it is not loaded yet.</summary>
    public Task<LoadResult?> FindLoaded(int unit, CancellationToken cancellationToken) => Find<LoadResult>(UnitKey(unit), cancellationToken);

    /// <summary>A unit is loaded.</summary>
    public Task Loaded(int unit, LoadResult result, CancellationToken cancellationToken) => Save(UnitKey(unit), result, cancellationToken);

    /// <summary>What the replay gave, or null when it has not ended yet.</summary>
    public Task<ReplayOutcome?> FindReplayed(CancellationToken cancellationToken) => Find<ReplayOutcome>(ReplayedKey, cancellationToken);

    /// <summary>
    /// The replay has ended: keeps the collections, then the views, as they are to be; users and roles only when they are asked for, since they hold
    /// what passwords are checked with.
    /// </summary>
    public async Task Replayed(ReplayOutcome outcome, ReplayResult result, bool usersAndRoles, CancellationToken cancellationToken)
    {
        foreach (var (at, spec) in result.Collections.Concat(result.Views).Index()) await Save(SpecKey(at), spec, cancellationToken);
        if (usersAndRoles) await Save(AccountsKey, new AccountDocuments(result.Users, result.Roles), cancellationToken);
        await Save(ReplayedKey, outcome, cancellationToken);
    }

    /// <summary>Users and roles as a replay left them, or null without one.</summary>
    public Task<AccountDocuments?> FindAccounts(CancellationToken cancellationToken) => Find<AccountDocuments>(AccountsKey, cancellationToken);

    /// <summary>One of the collections and views by its place.</summary>
    public async Task<CollectionSpec> Spec(int at, CancellationToken cancellationToken) =>
        await Find<CollectionSpec>(SpecKey(at), cancellationToken) ?? throw new InvalidOperationException($"collection {at} is not in {Name}");

    /// <summary>Forgets everything.</summary>
    public Task Drop(CancellationToken cancellationToken) =>
        MongoCall.Run(target, $"drop {Name} of {target.Name}", MongoCall.RestoreRole, async ct =>
        {
            await target.Client.GetDatabase(Database).DropCollectionAsync(id.ToString(), ct);
            return true;
        }, cancellationToken);

    private static string UnitKey(int unit) => string.Create(CultureInfo.InvariantCulture, $"unit/{unit:D6}");

    private static string SpecKey(int at) => string.Create(CultureInfo.InvariantCulture, $"collection/{at:D6}");

    private Task<ReplaceOneResult> Save<T>(string key, T value, CancellationToken cancellationToken) =>
        MongoCall.Run(target, $"write {Name} of {target.Name}", MongoCall.RestoreRole, ct => Documents.ReplaceOneAsync(
            new BsonDocument("_id", key), new BsonDocument { { "_id", key }, { "json", EngineJson.Write(value) } }, new ReplaceOptions { IsUpsert = true }, ct), cancellationToken);

    // from the primary: a secondary may not have what was just written
    private Task<T?> Find<T>(string key, CancellationToken cancellationToken) where T : class =>
        MongoCall.Run(target, $"read {Name} of {target.Name}", MongoCall.RestoreRole, async ct =>
        {
            var found = await Documents.WithReadPreference(ReadPreference.Primary).Find(new BsonDocument("_id", key)).FirstOrDefaultAsync(ct);
            return found is null ? null : EngineJson.Read<T>(found["json"].AsByteArray, $"{Name} {key}");
        }, cancellationToken);

    private sealed record Begun(RestoreRequest Request, DateTimeOffset At);
}

/// <summary>Identifies what is restored where: the first 16 digits of the SHA-256 of the request, without what it may drop, which is less when it is asked for again.</summary>
public sealed record RestoreId(string Value)
{
    /// <summary>The id of a request; the same request has the same.</summary>
    public static RestoreId Of(RestoreRequest request) => new(Hash256.Sha256(EngineJson.Write(request with { MayDrop = null })).ToString()[..16]);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
