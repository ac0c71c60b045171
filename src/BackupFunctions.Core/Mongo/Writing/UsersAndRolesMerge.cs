using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Mongo;

/// <summary>
/// Merges user and role documents, as <c>admin.system.users</c> and <c>admin.system.roles</c> hold them, into those of a server by its own
/// command: those of the same id are replaced, others stay. The user that runs it is never touched.
/// </summary>
public sealed class UsersAndRolesMerge(MongoConnection target, CollectionWriter writer)
{
    private const int AuthenticationSchema = 5;

    // the two names for which the role restore gives rights
    private static readonly Namespace TemporaryUsers = new("admin", "tempusers"), TemporaryRoles = new("admin", "temproles");

    /// <summary>Merges; gives the number of users and roles, and a warning for each that was left out.</summary>
    public Task<(int Users, int Roles, IReadOnlyList<string> Warnings)> Run(
        IReadOnlyList<ReadOnlyMemory<byte>> users, IReadOnlyList<ReadOnlyMemory<byte>> roles, CancellationToken cancellationToken) =>
        MongoCall.Run(target, $"merge users and roles into {target.Name}", MongoCall.RestoreRole, ct => Merge(users, roles, ct), cancellationToken);

    private async Task<(int, int, IReadOnlyList<string>)> Merge(IReadOnlyList<ReadOnlyMemory<byte>> users, IReadOnlyList<ReadOnlyMemory<byte>> roles, CancellationToken cancellationToken)
    {
        await CheckSchema(cancellationToken).ConfigureAwait(false);
        var own = await Own(cancellationToken).ConfigureAwait(false);
        var others = users.Where(u => !own.Contains(IdOf(u))).ToList();
        var warnings = users.Where(u => own.Contains(IdOf(u))).Select(u => $"user {IdOf(u)} is not restored: it is the one that restores").ToList();
        try
        {
            await Fill(TemporaryUsers, others, cancellationToken).ConfigureAwait(false);
            await Fill(TemporaryRoles, roles, cancellationToken).ConfigureAwait(false);
            using var command = new RawBsonBuilder();
            command.Add("_mergeAuthzCollections", 1).Add("tempUsersCollection", TemporaryUsers.ToString()).Add("tempRolesCollection", TemporaryRoles.ToString())
                .Add("drop", false).Add("db", "").BeginDocument("writeConcern").Add("w", "majority").End();
            using var reply = await target.RunRaw("admin", command.ToDocument(), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // also when the run was cancelled: they hold credentials
            await writer.Drop(TemporaryUsers, CancellationToken.None).ConfigureAwait(false);
            await writer.Drop(TemporaryRoles, CancellationToken.None).ConfigureAwait(false);
        }
        return (others.Count, roles.Count, warnings);
    }

    // documents of another schema would lock everybody out
    private async Task CheckSchema(CancellationToken cancellationToken)
    {
        var reply = await target.Run("admin", new BsonDocument { { "getParameter", 1 }, { "authSchemaVersion", 1 } }, cancellationToken).ConfigureAwait(false);
        if (reply.TryGetValue("authSchemaVersion", out var version) && version.ToInt32() != AuthenticationSchema)
            throw new BackupException(ErrorKind.Configuration, $"merge users and roles into {target.Name}: its schema of users is version {version}, want {AuthenticationSchema}", "upgrade the server's authentication schema, or restore without users and roles");
    }

    private async Task<HashSet<string>> Own(CancellationToken cancellationToken)
    {
        var status = await target.Run("admin", new BsonDocument("connectionStatus", 1), cancellationToken).ConfigureAwait(false);
        return [.. status["authInfo"]["authenticatedUsers"].AsBsonArray.Select(u => $"{u["db"].AsString}.{u["user"].AsString}")];
    }

    private async Task Fill(Namespace ns, IReadOnlyList<ReadOnlyMemory<byte>> documents, CancellationToken cancellationToken)
    {
        await writer.Drop(ns, cancellationToken).ConfigureAwait(false);
        var spec = new CollectionSpec { Namespace = ns, Type = CollectionType.Collection, Options = RawBson.Empty, Indexes = [] };
        await writer.Create(spec, ExistingCollection.Refuse, cancellationToken).ConfigureAwait(false);
        await writer.Insert(spec, documents, cancellationToken).ConfigureAwait(false);
    }

    private static string IdOf(ReadOnlyMemory<byte> document) =>
        RawBson.TryFind(document.Span, "_id"u8, out var id) && id.Type == BsonType.String ? id.Text : "";
}
