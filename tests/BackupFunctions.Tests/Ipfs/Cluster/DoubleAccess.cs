using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace BackupFunctions.Tests.Ipfs.Cluster;

/// <summary>The credentials of <see cref="ClusterDouble"/>: Basic, or a JWT (HS256) that is signed with the password of the user who issued it.</summary>
internal sealed class DoubleAccess(string user, string password)
{
    public string Token => Sign($$"""{"iss":"{{user}}"}""");

    /// <summary>Null when it is allowed, else what the cluster answers.</summary>
    public string? Refusal(string head)
    {
        var line = head.Split("\r\n").FirstOrDefault(l => l.StartsWith("Authorization: ", StringComparison.Ordinal));
        if (line is null) return "unauthorized: no auth provided";
        var parts = line.Split(' ');
        if (parts[1] == "Basic") return Encoding.UTF8.GetString(Convert.FromBase64String(parts[2])) == $"{user}:{password}" ? null : "unauthorized: access denied";
        return parts[1] == "Bearer" && parts[2] == Token ? null : "unauthorized: invalid token";
    }

    private string Sign(string claims)
    {
        var text = $"{Encode("""{"alg":"HS256","typ":"JWT"}"""u8)}.{Encode(JsonSerializer.SerializeToUtf8Bytes(JsonDocument.Parse(claims)))}";
        return $"{text}.{Encode(HMACSHA256.HashData(Encoding.UTF8.GetBytes(password), Encoding.ASCII.GetBytes(text)))}";
    }

    private static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
