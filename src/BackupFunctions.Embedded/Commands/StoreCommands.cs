using BackupFunctions.Embedded.Replication;
using BackupFunctions.Embedded.Storage;
using BackupFunctions.Embedded.Users;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>The commands that read and write what is stored.</summary>
internal static class StoreCommands
{
    /// <summary>Adds the commands as one member runs them; the default is the first one.</summary>
    public static void Register(CommandTable table, Store store, Member? member = null)
    {
        member ??= store.Replication.Members[0];
        var reads = new MemberReads(store, member);
        var cursors = new Cursors(store, reads);
        member.OnInterrupt(cursors.CloseAll);
        Add("insert", c => InsertCommand.Run(store, c));
        Add("update", c => UpdateCommand.Run(store, c));
        Add("delete", c => DeleteCommand.Run(store, c));
        Add("findAndModify", c => FindAndModifyCommand.Run(store, c));
        Add("findandmodify", c => FindAndModifyCommand.Run(store, c));
        AddRead("find", c => FindCommand.Find(store, cursors, reads, c));
        AddAsync("getMore", c => FindCommand.GetMore(cursors, c));
        Add("killCursors", c => FindCommand.KillCursors(cursors, c));
        AddRead("count", c => ReadCommands.Count(store, c));
        AddRead("distinct", c => ReadCommands.Distinct(store, c));
        AddRead("aggregate", c => ReadCommands.Aggregate(store, cursors, c));
        Add("create", c => CreateCommand.Run(store, c));
        Add("drop", c => DropCommands.Drop(store, c));
        Add("dropDatabase", c => DropCommands.DropDatabase(store, c));
        Add("renameCollection", c => RenameCommand.Run(store, c));
        Add("collMod", c => CollModCommand.Run(store, c));
        Add("createIndexes", c => CreateIndexesCommand.Run(store, c));
        Add("dropIndexes", c => DropIndexesCommand.Run(store, c));
        Add("deleteIndexes", c => DropIndexesCommand.Run(store, c));
        AddRead("listIndexes", c => ListCommands.Indexes(cursors, c));
        AddRead("listCollections", c => ListCommands.Collections(cursors, c));
        AddRead("listDatabases", c => ListCommands.Databases(c));
        AddRead("collStats", c => StatsCommands.Collection(c));
        AddRead("collstats", c => StatsCommands.Collection(c));
        AddRead("dbStats", c => StatsCommands.Database(c));
        AddRead("dbstats", c => StatsCommands.Database(c));

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
        AddRead("usersInfo", UserCommands.Info);
        Add("createRole", roles.Create);
        Add("dropRole", roles.Drop);
        AddRead("rolesInfo", RoleCommands.Info);
        Add("_mergeAuthzCollections", c => MergeAuthorizationCommand.Run(store, c));

        void Add(string name, Func<CommandContext, BsonDocument> run) => AddAsync(name, c => ValueTask.FromResult(run(c)));

        // in a transaction, what is read was chosen when it began
        void AddRead(string name, Func<CommandContext, BsonDocument> run) => AddAsync(name, async c =>
        {
            if (c.Transaction is null) await reads.Prepare(c);
            return run(c);
        });

        void AddAsync(string name, CommandHandler run) => table.Add(name, c => TransactionGate.Run(store, c, run));
    }
}
