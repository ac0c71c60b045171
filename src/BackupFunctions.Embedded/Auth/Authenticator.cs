using System.Text;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Server;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Auth;

/// <summary>
/// Logs connections in and out: saslStart, saslContinue (SCRAM-SHA-256), authenticate (MONGODB-X509), logout, and the first of these steps
/// inside a hello (speculativeAuthenticate).
/// </summary>
internal sealed class Authenticator(UserDirectory users)
{
    private const string Scram = "SCRAM-SHA-256";
    private const string X509 = "MONGODB-X509";
    private const int ConversationId = 1;

    /// <summary>The mechanisms that the server has.</summary>
    public static IReadOnlyList<string> Mechanisms { get; } = [Scram, X509];

    /// <summary>The mechanisms for a user who is asked about in a hello. The same for every name, so that names cannot be guessed by it.</summary>
    public static IReadOnlyList<string> UserMechanisms { get; } = [Scram];

    /// <summary>Adds the commands.</summary>
    public void Register(CommandTable commands)
    {
        commands.Add("saslStart", c => ValueTask.FromResult(Start(c.Connection, c.Database, c.Body)));
        commands.Add("saslContinue", c => ValueTask.FromResult(Continue(c.Connection, c.Body)));
        commands.Add("authenticate", c => ValueTask.FromResult(Authenticate(c.Connection, c.Database, c.Body)));
        commands.Add("logout", c =>
        {
            c.Connection.User = null;
            return ValueTask.FromResult(new BsonDocument());
        });
    }

    /// <summary>
    /// Does the first step that a hello brings along; null when it fails, so that the client goes the long way and gets the error there.
    /// </summary>
    public BsonDocument? Speculate(ConnectionState connection, BsonDocument command)
    {
        if (command.ElementCount == 0 || !command.TryGetValue("db", out var database) || !database.IsString) return null;
        try
        {
            return command.GetElement(0).Name switch
            {
                "saslStart" => Start(connection, database.AsString, command),
                "authenticate" => Authenticate(connection, database.AsString, command),
                _ => null,
            };
        }
        catch (CommandException)
        {
            return null;
        }
    }

    private BsonDocument Start(ConnectionState connection, string database, BsonDocument command)
    {
        connection.Peer.Conversation = null;
        if (Mechanism(command) is var mechanism and not Scram) throw ServerErrors.MechanismUnavailable(mechanism);
        var skipEmptyExchange = command.TryGetValue("options", out var options) && options is BsonDocument document
            && document.GetValue("skipEmptyExchange", false).ToBoolean();
        var nonce = Convert.ToBase64String(ServerRandom.Bytes(24));
        var conversation = ScramConversation.Begin(users, database, Payload(command), nonce, skipEmptyExchange);
        connection.Peer.Conversation = conversation;
        return Step(conversation.ServerFirst, done: false);
    }

    private static BsonDocument Continue(ConnectionState connection, BsonDocument command)
    {
        var conversation = connection.Peer.Conversation ?? throw ServerErrors.ProtocolError("No SASL session state found");
        connection.Peer.Conversation = null; // a failed step ends it, so that a nonce is good for one try
        if (command.GetValue("conversationId", BsonNull.Value) is not { IsNumeric: true } id || id.ToInt32() != ConversationId)
            throw ServerErrors.ProtocolError("sasl: Mismatched conversation id");

        var (answer, done) = conversation.Continue(Payload(command));
        if (done) connection.User = conversation.User;
        else connection.Peer.Conversation = conversation;
        return Step(answer, done);
    }

    private BsonDocument Authenticate(ConnectionState connection, string database, BsonDocument command)
    {
        if (Mechanism(command) is var mechanism and not X509) throw ServerErrors.MechanismUnavailable(mechanism);
        var subject = connection.Peer.CertificateSubject;
        if (subject is null || database != EmbeddedUser.ExternalDatabase) throw ServerErrors.AuthenticationFailed();
        if (command.TryGetValue("user", out var name) && (!name.IsString || name.AsString != subject))
            throw ServerErrors.AuthenticationFailed();

        var user = UserDirectory.FullName(database, subject);
        if (users.Find(user) is null) throw ServerErrors.AuthenticationFailed();
        connection.User = user;
        return new BsonDocument { { "dbname", database }, { "user", subject } };
    }

    private static BsonDocument Step(string payload, bool done) => new()
    {
        { "conversationId", ConversationId },
        { "done", done },
        { "payload", new BsonBinaryData(Encoding.UTF8.GetBytes(payload)) },
    };

    private static string Mechanism(BsonDocument command) =>
        command.TryGetValue("mechanism", out var value) && value.IsString ? value.AsString : throw ServerErrors.BadValue("mechanism is missing");

    private static string Payload(BsonDocument command) => command.TryGetValue("payload", out var value) && value is BsonBinaryData binary
        ? Encoding.UTF8.GetString(binary.Bytes)
        : throw ServerErrors.TypeMismatch("payload is missing or not binary");
}
