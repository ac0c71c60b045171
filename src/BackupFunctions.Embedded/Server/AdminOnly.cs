using BackupFunctions.Embedded.Commands;

namespace BackupFunctions.Embedded.Server;

/// <summary>Commands that the server runs against the admin database only.</summary>
internal static class AdminOnly
{
    /// <summary>Adds a command that refuses other databases.</summary>
    public static void AddAdmin(this CommandTable commands, string name, CommandHandler handler) => commands.Add(
        name,
        context => context.Database == "admin"
            ? handler(context)
            : throw ServerErrors.Unauthorized($"{name} may only be run against the admin database."));
}
