using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Server;

/// <summary>Logical sessions: their ids are accepted everywhere. What a store keeps for them it ends by commands of its own.</summary>
internal static class SessionCommands
{
    /// <summary>How long a session lives without being used, as clients are told.</summary>
    public const int TimeoutMinutes = 30;

    /// <summary>Adds the commands.</summary>
    public static void Register(CommandTable commands)
    {
        commands.Add("startSession", _ => ValueTask.FromResult(new BsonDocument
        {
            { "id", new BsonDocument("id", ServerRandom.Uuid()) },
            { "timeoutMinutes", TimeoutMinutes },
        }));
        commands.Add("refreshSessions", _ => ValueTask.FromResult(new BsonDocument()));
    }
}
