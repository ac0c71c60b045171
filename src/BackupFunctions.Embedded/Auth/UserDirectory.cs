using BackupFunctions.Embedded.Users;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Auth;

/// <summary>The users of a server by database and name: those it was started with, then those that commands have made. Passwords are kept as SCRAM keys only.</summary>
internal sealed class UserDirectory
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly IUserSource? _made;

    /// <summary>Derives each password's keys.</summary>
    /// <exception cref="ArgumentException">A user is there twice, or a password has characters that SASLprep prohibits.</exception>
    public UserDirectory(IEnumerable<EmbeddedUser> users, IUserSource? made = null)
    {
        _made = made;
        foreach (var user in users)
        {
            var credential = user.Password is { } password ? ScramCredential.Create(password) : null;
            if (!_entries.TryAdd(FullName(user.Database, user.Name), new Entry(user, credential)))
                throw new ArgumentException($"define user {user.Name}: {user.Database} has it already", nameof(users));
        }
    }

    /// <summary>Whether the server was started with users, and so asks for authentication.</summary>
    public bool Any => _entries.Count > 0;

    /// <summary><c>db.name</c>, as <see cref="Commands.ConnectionState.User"/> holds it; a database name has no dot, so this is unambiguous.</summary>
    public static string FullName(string database, string name) => $"{database}.{name}";

    /// <summary>The user of this full name, or null.</summary>
    public EmbeddedUser? Find(string fullName) => FindEntry(fullName)?.User;

    /// <summary>The SCRAM keys of the user of this full name, or null when there is no such user or the user has no password.</summary>
    public ScramCredential? FindCredential(string fullName) => FindEntry(fullName)?.Credential;

    private Entry? FindEntry(string fullName)
    {
        if (_entries.TryGetValue(fullName, out var entry)) return entry;
        if (_made?.FindUser(fullName) is not { } document) return null;
        var keys = document["credentials"].AsBsonDocument.GetValue("SCRAM-SHA-256", BsonNull.Value) as BsonDocument;
        return new Entry(EmbeddedUser.Of(document), keys is null ? null : ScramCredential.Of(keys));
    }

    private sealed record Entry(EmbeddedUser User, ScramCredential? Credential);
}
