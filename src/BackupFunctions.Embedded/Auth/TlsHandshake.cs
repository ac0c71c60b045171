using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace BackupFunctions.Embedded.Auth;

/// <summary>Turns an accepted connection into a TLS stream by the server's options.</summary>
internal sealed class TlsHandshake
{
    private readonly SslServerAuthenticationOptions _options;

    /// <summary>Checks the options once.</summary>
    /// <exception cref="ArgumentException">The certificate has no private key, or client certificates are required without an authority.</exception>
    public TlsHandshake(TlsOptions tls)
    {
        if (!tls.Certificate.HasPrivateKey)
            throw new ArgumentException("configure TLS: the server's certificate has no private key", nameof(tls));
        if (tls.RequireClientCertificate && tls.ClientAuthority is null)
            throw new ArgumentException("configure TLS: client certificates are required, but no authority is given", nameof(tls));

        _options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(tls.Certificate, additionalCertificates: null, offline: true),
            ClientCertificateRequired = tls.ClientAuthority is not null,
            RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                certificate is null ? !tls.RequireClientCertificate : errors == SslPolicyErrors.None,
        };
        if (tls.ClientAuthority is null) return;
        _options.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        _options.CertificateChainPolicy.CustomTrustStore.Add(tls.ClientAuthority);
    }

    /// <summary>The encrypted stream and the subject of the client's certificate, or null without one. Owns the inner stream.</summary>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The handshake failed or the client's certificate was refused.</exception>
    public async Task<(SslStream Stream, string? Subject)> Run(Stream inner, CancellationToken cancellation)
    {
        var stream = new SslStream(inner, leaveInnerStreamOpen: false);
        try
        {
            await stream.AuthenticateAsServerAsync(_options, cancellation);
            var subject = stream.RemoteCertificate is X509Certificate2 certificate ? SubjectName.Of(certificate) : null;
            return (stream, subject);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }
}
