using System.Security.Cryptography;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Server;

/// <summary>Where the server's random bytes come from: nonces, salts, ids of sessions and of the replica set.</summary>
internal static class ServerRandom
{
#pragma warning disable RS0030 // the one place where randomness enters the embedded server
    /// <summary>This many bytes from the operating system's cryptographic source.</summary>
    public static byte[] Bytes(int count) => RandomNumberGenerator.GetBytes(count);
#pragma warning restore RS0030

    /// <summary>A random (version 4) UUID as BSON holds it.</summary>
    public static BsonBinaryData Uuid()
    {
        var bytes = Bytes(16);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new BsonBinaryData(bytes, BsonBinarySubType.UuidStandard);
    }
}
