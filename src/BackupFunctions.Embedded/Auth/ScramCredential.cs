using System.Security.Cryptography;
using System.Text;
using BackupFunctions.Embedded.Server;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Auth;

/// <summary>
/// What a server keeps of a password (RFC 5802 section 3, with SHA-256 by RFC 7677): it can verify a client's proof with it and prove itself,
/// and cannot log in with it.
/// </summary>
internal sealed class ScramCredential
{
    // the server's defaults for SCRAM-SHA-256
    private const int DefaultIterations = 15_000;
    private const int DefaultSaltLength = 28;

    private readonly byte[] _storedKey;
    private readonly byte[] _serverKey;

    private ScramCredential(byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) =>
        (Salt, Iterations, _storedKey, _serverKey) = (salt, iterations, storedKey, serverKey);

    /// <summary>The salt, sent to the client.</summary>
    public byte[] Salt { get; }

    /// <summary>The iterations of PBKDF2, sent to the client.</summary>
    public int Iterations { get; }

    /// <summary>The keys of this password with a new salt.</summary>
    public static ScramCredential Create(string password) => Derive(password, ServerRandom.Bytes(DefaultSaltLength), DefaultIterations);

    /// <summary>The keys of this password.</summary>
    public static ScramCredential Derive(string password, byte[] salt, int iterations)
    {
        var salted = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(SaslPrep.Prepare(password)), salt, iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        var clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        return new ScramCredential(salt, iterations, SHA256.HashData(clientKey), HMACSHA256.HashData(salted, "Server Key"u8));
    }

    /// <summary>The keys of a user document: <c>{iterationCount, salt, storedKey, serverKey}</c>, base64.</summary>
    public static ScramCredential Of(BsonDocument document) => new(
        Convert.FromBase64String(document["salt"].AsString), document["iterationCount"].ToInt32(),
        Convert.FromBase64String(document["storedKey"].AsString), Convert.FromBase64String(document["serverKey"].AsString));

    /// <summary>The keys as a user document holds them.</summary>
    public BsonDocument ToDocument() => new()
    {
        { "iterationCount", Iterations },
        { "salt", Convert.ToBase64String(Salt) },
        { "storedKey", Convert.ToBase64String(_storedKey) },
        { "serverKey", Convert.ToBase64String(_serverKey) },
    };

    /// <summary>Whether the client's proof for this authentication message shows that it knows the password.</summary>
    public bool Verify(ReadOnlySpan<byte> authMessage, ReadOnlySpan<byte> proof)
    {
        if (proof.Length != SHA256.HashSizeInBytes) return false;
        var clientKey = HMACSHA256.HashData(_storedKey, authMessage);
        for (var i = 0; i < clientKey.Length; i++) clientKey[i] ^= proof[i];
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(clientKey), _storedKey);
    }

    /// <summary>The server's signature of this authentication message.</summary>
    public byte[] Sign(ReadOnlySpan<byte> authMessage) => HMACSHA256.HashData(_serverKey, authMessage);
}
