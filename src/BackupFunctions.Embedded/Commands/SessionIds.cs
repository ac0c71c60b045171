using System.Security.Cryptography;
using System.Text;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Commands;

/// <summary>Session ids as the server keeps them: the client's id with the digest of the user's name.</summary>
internal static class SessionIds
{
    /// <summary>The full id of a command's <c>lsid</c>; error 40414 when it has no id.</summary>
    public static RawValue Of(RawValue lsid, ConnectionState connection)
    {
        if (lsid["id"u8] is not { Type: BsonType.Binary } id) throw new CommandException(40414, "Location40414", "BSON field 'lsid.id' is missing but a required field");
        if (lsid["uid"u8] is { Type: BsonType.Binary } uid) return Full(id, uid);
        var user = connection.User is { } name ? name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..] + "@" + name.Split('.')[0] : "";
        return Full(id, RawValue.From(new BsonBinaryData(SHA256.HashData(Encoding.UTF8.GetBytes(user)))));
    }

    private static RawValue Full(RawValue id, RawValue uid) => RawValue.Document(new RawWriter().Append("id", id).Append("uid", uid).ToDocument());
}
