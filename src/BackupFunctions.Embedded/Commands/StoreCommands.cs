using BackupFunctions.Embedded.Replication;
using BackupFunctions.Embedded.Storage;
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
        table.Add("getMore", c => FindCommand.GetMore(cursors, c));
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

        void Add(string name, Func<CommandContext, BsonDocument> run) => table.Add(name, c => ValueTask.FromResult(run(c)));

        void AddRead(string name, Func<CommandContext, BsonDocument> run) => table.Add(name, async c =>
        {
            await reads.Prepare(c);
            return run(c);
        });
    }
}
