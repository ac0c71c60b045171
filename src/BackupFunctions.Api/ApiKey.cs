using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api;

/// <summary>The key of the API. Comparing takes the same time whatever is presented.</summary>
public sealed class ApiKey
{
    /// <summary>The header that carries it.</summary>
    public const string Header = "x-functions-key";

    /// <summary>The query parameter that carries it.</summary>
    public const string Query = "code";

    private readonly byte[]? _hash;

    /// <summary>A key as text; null when none is set, and then nothing presented is right.</summary>
    public ApiKey(string? key) => _hash = key is null ? null : Hash(key);

    /// <summary>Whether a key is set.</summary>
    public bool IsSet => _hash is not null;

    /// <summary>Whether everybody counts as holding the key when none is set: for a host that then answers this machine alone. The default is false.</summary>
    public bool IsOpenWhenUnset { get; init; }

    /// <summary>Whether the request carries the key.</summary>
    public bool IsIn(HttpRequest request)
    {
        if (_hash is null) return IsOpenWhenUnset;
        string? given = request.Headers.TryGetValue(Header, out var header) ? header : request.Query[Query];
        // hashed first, so that the length tells nothing either
        return given is not null && CryptographicOperations.FixedTimeEquals(Hash(given), _hash);
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
