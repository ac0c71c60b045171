namespace BackupFunctions.Embedded.Wire;

/// <summary>One whole message as received. The bytes, header included, are its own and never reused, so documents may point into them.</summary>
internal sealed record Message(MessageHeader Header, byte[] Bytes);
