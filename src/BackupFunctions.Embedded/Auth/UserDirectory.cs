namespace BackupFunctions.Embedded.Auth;

/// <summary>The users of a server by database and name. Passwords are kept as SCRAM keys only.</summary>
internal sealed class UserDirectory
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Derives each password's keys.</summary>
    /// <exception cref="ArgumentException">A user is there twice, or a password has characters that SASLprep prohibits.</exception>
    public UserDirectory(IEnumerable<EmbeddedUser> users)
    {
        foreach (var user in users)
        {
            var credential = user.Password is { } password ? ScramCredential.Create(password) : null;
            if (!_entries.TryAdd(FullName(user.Database, user.Name), new Entry(user, credential)))
                throw new ArgumentException($"define user {user.Name}: {user.Database} has it already", nameof(users));
        }
    }

    /// <summary>Whether the server has users, and so asks for authentication.</summary>
    public bool Any => _entries.Count > 0;

    /// <summary><c>db.name</c>, as <see cref="Commands.ConnectionState.User"/> holds it; a database name has no dot, so this is unambiguous.</summary>
    public static string FullName(string database, string name) => $"{database}.{name}";

    /// <summary>The user of this full name, or null.</summary>
    public EmbeddedUser? Find(string fullName) => _entries.GetValueOrDefault(fullName)?.User;

    /// <summary>The SCRAM keys of the user of this full name, or null when there is no such user or the user has no password.</summary>
    public ScramCredential? FindCredential(string fullName) => _entries.GetValueOrDefault(fullName)?.Credential;

    private sealed record Entry(EmbeddedUser User, ScramCredential? Credential);
}
