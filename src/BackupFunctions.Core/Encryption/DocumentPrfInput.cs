using System.Security.Cryptography;
using BackupFunctions.Bson;
using MongoDB.Bson;

namespace BackupFunctions.Encryption;

/// <summary>
/// The 16 bytes that decide whether a chunk may end after a document: from its <c>_id</c> alone, so that an update of other fields moves no
/// boundary (docs/format.md, "Cutting"). Reads a document only as far as the <c>_id</c>, which servers keep in front.
/// </summary>
internal static class DocumentPrfInput
{
    public const int Size = 16;

    /// <summary>Writes 16 bytes; fails with <see cref="ErrorKind.Corrupt"/> for what is no BSON document.</summary>
    public static void Write(ReadOnlySpan<byte> document, Span<byte> destination)
    {
        if (!RawBson.TryFind(document, "_id"u8, out var id)) Hash(BsonType.EndOfDocument, document, destination);
        else if (id.Type == BsonType.ObjectId) Pad(id.Value, destination);
        else Hash(id.Type, id.Value, destination);
    }

    private static void Pad(ReadOnlySpan<byte> objectId, Span<byte> destination)
    {
        objectId.CopyTo(destination);
        destination[BsonLayout.ObjectIdSize..Size].Clear();
    }

    private static void Hash(BsonType type, ReadOnlySpan<byte> value, Span<byte> destination)
    {
        // an _id is short as a rule; one that is not costs an allocation
        var length = value.Length + 1;
        var input = length <= 512 ? stackalloc byte[512] : new byte[length];
        input[0] = (byte)type;
        value.CopyTo(input[1..]);
        Span<byte> digest = stackalloc byte[Hash256.Size];
        SHA256.HashData(input[..length], digest);
        digest[..Size].CopyTo(destination);
    }
}
