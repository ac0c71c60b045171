using System.Security.Cryptography.X509Certificates;

namespace BackupFunctions.Embedded.Auth;

/// <summary>TLS of the server. Certificates stay the caller's and must live as long as the server.</summary>
public sealed record TlsOptions
{
    /// <summary>The server's certificate, with its private key.</summary>
    public required X509Certificate2 Certificate { get; init; }

    /// <summary>The authority that client certificates must come from; the default is none, and then clients are asked for no certificate.</summary>
    public X509Certificate2? ClientAuthority { get; init; }

    /// <summary>Whether a client without a certificate is refused; needs <see cref="ClientAuthority"/>. The default is false.</summary>
    public bool RequireClientCertificate { get; init; }
}
