using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;

namespace BackupFunctions.Ipfs.Http;

/// <summary>
/// Makes the handlers of one node: no redirects but where they are asked for (a node is where its setting says), no proxy, no cookies, and where the node has a certificate
/// authority of its own, trust in that one alone.
/// </summary>
internal sealed class NodeHandlers(X509Certificate2Collection? authorities)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    // so that a name that moves to another address is followed
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>Reads the authorities that the setting names, if any; fails with <see cref="ErrorKind.Configuration"/> when they cannot be read.</summary>
    public static NodeHandlers For(NodeSetting setting, IFiles files)
    {
        if (setting.CaFile is not { } path) return new(null);
        try
        {
            using var reader = new StreamReader(files.OpenRead(path));
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPem(reader.ReadToEnd());
            if (authorities.Count == 0) throw new CryptographicException("it holds no certificate");
            return new(authorities);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new BackupException(
                ErrorKind.Configuration, $"read {setting.CaFileSettingName} {path}: {e.Message}", "want the certificates of the authorities in PEM: -----BEGIN CERTIFICATE-----", e);
        }
    }

    /// <summary>A new handler; the caller disposes it.</summary>
    public SocketsHttpHandler Create(bool followsRedirects = false)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = followsRedirects,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = ConnectionLifetime,
        };
        if (authorities is null) return handler;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        handler.SslOptions.CertificateChainPolicy = policy;
        return handler;
    }
}
