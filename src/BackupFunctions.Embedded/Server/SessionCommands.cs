using BackupFunctions.Embedded.Commands;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Server;

/// <summary>Logical sessions: their ids are accepted everywhere. What a store keeps for them it ends by commands of its own.</summary>
internal static class SessionCommands
{
    /// <summary>How long a session lives without being used, as clients are told.</summary>
    public const int TimeoutMinutes = 30;

    /// <summary>Adds the commands that are not there yet.</summary>
    public static void Register(CommandTable commands)
    {
        commands.Add("startSession", _ => ValueTask.FromResult(new BsonDocument
        {
            { "id", new BsonDocument("id", ServerRandom.Uuid()) },
            { "timeoutMinutes", TimeoutMinutes },
        }));
        foreach (var name in (string[])["endSessions", "refreshSessions", "killSessions", "killAllSessions"])
        {
            if (commands.Find(name) is null) commands.Add(name, _ => ValueTask.FromResult(new BsonDocument()));
        }
    }
}
