using System.Text;
using BackupFunctions.Embedded.Server;

namespace BackupFunctions.Embedded.Auth;

/// <summary>
/// The server's side of one SCRAM-SHA-256 exchange (RFC 5802, RFC 7677) without channel binding. Any failure ends it with
/// AuthenticationFailed, which never tells whether the name or the password was wrong.
/// </summary>
internal sealed class ScramConversation
{
    private readonly ScramCredential _credential;
    private readonly string _channel;
    private readonly string _nonce;
    private readonly string _firstMessages;
    private readonly bool _skipEmptyExchange;
    private bool _proven;

    private ScramConversation(
        string user, ScramCredential credential, string channel, string nonce, string clientFirstBare, bool skipEmptyExchange)
    {
        (User, _credential, _channel, _nonce, _skipEmptyExchange) = (user, credential, channel, nonce, skipEmptyExchange);
        ServerFirst = $"r={nonce},s={Convert.ToBase64String(credential.Salt)},i={credential.Iterations}";
        _firstMessages = $"{clientFirstBare},{ServerFirst}";
    }

    /// <summary>The full name of the user who is authenticating.</summary>
    public string User { get; }

    /// <summary>The answer to the client's first message.</summary>
    public string ServerFirst { get; }

    /// <summary>Begins with the client's first message, for example <c>n,,n=user,r=nonce</c>.</summary>
    /// <param name="users">Who may log in.</param>
    /// <param name="database">The database that the user is defined in.</param>
    /// <param name="clientFirst">The client's message.</param>
    /// <param name="serverNonce">Printable characters without comma, never used before.</param>
    /// <param name="skipEmptyExchange">Whether the server's signature ends the exchange, without an empty message of the client.</param>
    public static ScramConversation Begin(
        UserDirectory users, string database, string clientFirst, string serverNonce, bool skipEmptyExchange)
    {
        // gs2-cbind-flag "," [authzid] "," n=name "," r=nonce [extensions]
        var parts = clientFirst.Split(',');
        if (parts.Length < 4 || parts[0] is not ("n" or "y") || parts[1].Length > 0
            || !ScramAttributes.TryValue(parts[2], 'n', out var escaped) || !ScramAttributes.TryName(escaped, out var name)
            || !ScramAttributes.TryValue(parts[3], 'r', out var clientNonce) || clientNonce.Length == 0)
            throw ServerErrors.AuthenticationFailed();

        var user = UserDirectory.FullName(database, name);
        var credential = users.FindCredential(user) ?? throw ServerErrors.AuthenticationFailed();
        var channel = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{parts[0]},,"));
        return new ScramConversation(user, credential, channel, clientNonce + serverNonce, string.Join(',', parts[2..]), skipEmptyExchange);
    }

    /// <summary>Takes the client's next message; gives the answer, and whether the user is authenticated with it.</summary>
    public (string Answer, bool Done) Continue(string message)
    {
        if (_proven) return message.Length == 0 ? (string.Empty, true) : throw ServerErrors.AuthenticationFailed();

        // c=channel "," r=nonce [extensions] "," p=proof; the proof is last and signs what stands before it
        var proofAt = message.LastIndexOf(",p=", StringComparison.Ordinal);
        var parts = message[..Math.Max(proofAt, 0)].Split(',');
        if (parts.Length < 2 || !ScramAttributes.TryValue(parts[0], 'c', out var channel) || channel != _channel
            || !ScramAttributes.TryValue(parts[1], 'r', out var nonce) || nonce != _nonce
            || !ScramAttributes.TryBase64(message[(proofAt + 3)..], out var proof))
            throw ServerErrors.AuthenticationFailed();

        var authMessage = Encoding.UTF8.GetBytes($"{_firstMessages},{message[..proofAt]}");
        if (!_credential.Verify(authMessage, proof)) throw ServerErrors.AuthenticationFailed();
        _proven = true;
        return ($"v={Convert.ToBase64String(_credential.Sign(authMessage))}", _skipEmptyExchange);
    }
}
