using BackupFunctions.Mongo;

namespace BackupFunctions.Restore;

/// <summary>A namespace as the oplog names it.</summary>
internal static class LoggedNamespace
{
    /// <summary>Reads <c>database.collection</c>; anything else is <see cref="ErrorKind.Corrupt"/>.</summary>
    public static Namespace Parse(string text)
    {
        try
        {
            return Namespace.Parse(text);
        }
        catch (FormatException e)
        {
            throw BackupException.Corrupt($"replay the oplog: {e.Message}", e);
        }
    }
}
