using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Replication;

/// <summary>A command's read concern; error 72 (InvalidOptions) when it contradicts itself.</summary>
internal sealed record ReadConcern(string Level, BsonTimestamp? After, BsonTimestamp? At)
{
    private static readonly ReadConcern Local = new("local", null, null);

    public bool IsSnapshot => Level == "snapshot";

    /// <summary>Whether only what is on a majority of the members is read.</summary>
    public bool IsCommitted => Level is "majority" or "snapshot" or "linearizable";

    public static ReadConcern Of(CommandContext context)
    {
        if (!context.Body.TryGetValue("readConcern", out var value) || value is not BsonDocument given) return Local;
        var concern = new ReadConcern(given.GetValue("level", "local").AsString, Time(given, "afterClusterTime"), Time(given, "atClusterTime"));
        if (concern.Level is not ("local" or "available" or "majority" or "snapshot" or "linearizable"))
        {
            throw new CommandException(9, "FailedToParse", $"Enumeration value '{concern.Level}' for field 'readConcern.level' is not a valid value.");
        }
        if (concern.At is not null && !concern.IsSnapshot) throw Invalid("readConcern atClusterTime is only allowed when 'level' is 'snapshot'");
        if (concern is { At: not null, After: not null }) throw Invalid("readConcern cannot have both afterClusterTime and atClusterTime");
        if (concern.IsSnapshot && !context.Body.Contains("autocommit") && context.Name is not ("find" or "aggregate" or "distinct"))
        {
            throw Invalid($"Command {context.Name} does not support read concern level snapshot outside of transactions");
        }
        return concern;
    }

    public static CommandException Invalid(string message) => new(72, "InvalidOptions", message);

    private static BsonTimestamp? Time(BsonDocument given, string name)
    {
        if (!given.TryGetValue(name, out var value)) return null;
        return value as BsonTimestamp ?? throw new CommandException(14, "TypeMismatch", $"readConcern.{name} is the wrong type '{value.BsonType}', expected type 'timestamp'");
    }
}
