using BackupFunctions.Embedded.Storage;
using BackupFunctions.Embedded.Users;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>The commands that read and write what is stored.</summary>
internal static class StoreCommands
{
    public static void Register(CommandTable table, Store store)
    {
        var cursors = new Cursors(store);
        Add("insert", c => InsertCommand.Run(store, c));
        Add("update", c => UpdateCommand.Run(store, c));
        Add("delete", c => DeleteCommand.Run(store, c));
        Add("findAndModify", c => FindAndModifyCommand.Run(store, c));
        Add("findandmodify", c => FindAndModifyCommand.Run(store, c));
        Add("find", c => FindCommand.Find(store, cursors, c));
        Add("getMore", c => FindCommand.GetMore(cursors, c));
        Add("killCursors", c => FindCommand.KillCursors(cursors, c));
        Add("count", c => ReadCommands.Count(store, c));
        Add("distinct", c => ReadCommands.Distinct(store, c));
        Add("aggregate", c => ReadCommands.Aggregate(store, cursors, c));
        Add("create", c => CreateCommand.Run(store, c));
        Add("drop", c => DropCommands.Drop(store, c));
        Add("dropDatabase", c => DropCommands.DropDatabase(store, c));
        Add("renameCollection", c => RenameCommand.Run(store, c));
        Add("collMod", c => CollModCommand.Run(store, c));
        Add("createIndexes", c => CreateIndexesCommand.Run(store, c));
        Add("dropIndexes", c => DropIndexesCommand.Run(store, c));
        Add("deleteIndexes", c => DropIndexesCommand.Run(store, c));
        Add("listIndexes", c => ListCommands.Indexes(store, cursors, c));
        Add("listCollections", c => ListCommands.Collections(store, cursors, c));
        Add("listDatabases", c => ListCommands.Databases(store, c));
        Add("collStats", c => StatsCommands.Collection(store, c));
        Add("collstats", c => StatsCommands.Collection(store, c));
        Add("dbStats", c => StatsCommands.Database(store, c));
        Add("dbstats", c => StatsCommands.Database(store, c));

        Add("applyOps", c => ApplyOpsCommand.Run(store, c));
        Add("convertToCapped", c => CappedCommands.Convert(store, c));
        Add("emptycapped", c => CappedCommands.Empty(store, c));
        Add("commitTransaction", c => TransactionCommands.Commit(store, c));
        Add("abortTransaction", c => TransactionCommands.Abort(store, c));
        Add("prepareTransaction", c => TransactionCommands.Prepare(store, c));
        Add("endSessions", c => TransactionCommands.End(store, c));
        Add("killSessions", c => TransactionCommands.End(store, c));
        Add("killAllSessions", c => TransactionCommands.EndAll(store, c));
        var (users, roles) = (new UserCommands(store), new RoleCommands(store));
        Add("createUser", users.Create);
        Add("updateUser", users.Update);
        Add("dropUser", users.Drop);
        Add("grantRolesToUser", users.Grant);
        Add("revokeRolesFromUser", users.Revoke);
        Add("usersInfo", users.Info);
        Add("createRole", roles.Create);
        Add("dropRole", roles.Drop);
        Add("rolesInfo", roles.Info);
        Add("_mergeAuthzCollections", c => MergeAuthorizationCommand.Run(store, c));

        void Add(string name, Func<CommandContext, BsonDocument> run) => table.Add(name, c => ValueTask.FromResult(TransactionGate.Run(store, c, run)));
    }
}
