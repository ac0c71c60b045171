using BackupFunctions.Bson;
using BackupFunctions.Mongo;
using BackupFunctions.Workflows;

namespace BackupFunctions.Restore;

/// <summary>Merges the users and roles of the backup, or those that a replay left, into those of the target.</summary>
internal sealed class UsersAndRolesActivity(RestoreSession session, MongoEndpoint target) : IActivity<RestoreStep, UsersAndRolesResult>
{
    /// <inheritdoc/>
    public ActivityName<RestoreStep, UsersAndRolesResult> Name => RestoreActivities.UsersAndRoles;

    /// <inheritdoc/>
    public async Task<UsersAndRolesResult> Run(RestoreStep input, CancellationToken cancellationToken)
    {
        var job = await RestoreJob.Open(session, target, input.Restore, cancellationToken);
        var accounts = await job.State.FindAccounts(cancellationToken)
            ?? new(await UserDocuments.Read(job.Backup, "system.users", cancellationToken), await UserDocuments.Read(job.Backup, "system.roles", cancellationToken));
        var merge = new UsersAndRolesMerge(job.Target, await job.Writer(cancellationToken));
        var (users, roles, warnings) = await merge.Run([.. accounts.Users.Select(u => u.Bytes())], [.. accounts.Roles.Select(r => r.Bytes())], cancellationToken);
        return new(users, roles, warnings);
    }
}

/// <summary>Users and roles as <c>admin.system.users</c> and <c>admin.system.roles</c> hold them.</summary>
public sealed record AccountDocuments(IReadOnlyList<MongoDB.Bson.RawBsonDocument> Users, IReadOnlyList<MongoDB.Bson.RawBsonDocument> Roles);
