using System.Net;
using BackupFunctions.Embedded.Auth;

namespace BackupFunctions.Embedded.Server;

/// <summary>What the server knows of the other side of a connection before and while it authenticates.</summary>
internal sealed class PeerState
{
    /// <summary>The client's address, or null where there is no socket.</summary>
    public IPEndPoint? Address { get; init; }

    /// <summary>The subject (RFC 2253) of the verified client certificate, or null.</summary>
    public string? CertificateSubject { get; init; }

    /// <summary>The SCRAM conversation that has begun and not ended, or null.</summary>
    public ScramConversation? Conversation { get; set; }
}
