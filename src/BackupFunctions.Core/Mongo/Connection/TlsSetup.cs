using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>Puts the TLS options of a URI into the driver's settings: our certificate, and whom we trust.</summary>
internal static class TlsSetup
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>Loads the files; one that cannot be read fails with <see cref="ErrorKind.Configuration"/>.</summary>
    public static void Apply(TlsOptions options, MongoClientSettings settings, string settingName)
    {
        if (!options.IsUsed) return;
        if (!settings.UseTls)
        {
            throw MongoUri.Invalid(settingName, "it has TLS options although TLS is switched off", "remove tls=false, or the other tls options");
        }
        var ssl = settings.SslSettings?.Clone() ?? new SslSettings();
        if (options.CertificateKeyFile is { } keyFile)
        {
            var certificate = Load(settingName, "tlsCertificateKeyFile", keyFile, () => ClientCertificate(keyFile, options.CertificateKeyFilePassword));
            ssl.ClientCertificates = [certificate];
            // chosen here, since SslStream leaves it out when the server's list of authorities does not name its issuer
            ssl.ClientCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }
        if (options.CaFile is not null || options.AllowInvalidCertificates || options.AllowInvalidHostnames)
        {
            var authorities = options.CaFile is { } ca ? Load(settingName, "tlsCAFile", ca, () => Authorities(ca)) : null;
            var insecure = options.AllowInvalidCertificates || settings.AllowInsecureTls;
            ssl.ServerCertificateValidationCallback = (_, certificate, chain, errors) =>
                insecure ? certificate is not null : IsTrusted(certificate, chain, errors, authorities, options.AllowInvalidHostnames);
        }
        settings.SslSettings = ssl;
    }

    private static bool IsTrusted(
        X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors, X509Certificate2Collection? authorities, bool anyHost)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable)) return false;
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && !anyHost) return false;
        if (authorities is null) return !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors);

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ExtraStore.AddRange(authorities);
        foreach (var element in presented?.ChainElements ?? Enumerable.Empty<X509ChainElement>()) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // private authorities seldom publish lists
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        using var own = new X509Certificate2(certificate);
        return chain.Build(own);
    }

    private static X509Certificate2Collection Authorities(string file)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file);
        return certificates.Count > 0 ? certificates : throw new CryptographicException("it holds no PEM certificate");
    }

    private static X509Certificate2 ClientCertificate(string file, string? password)
    {
        var certificate = password is null
            ? X509Certificate2.CreateFromPemFile(file, file)
            : X509Certificate2.CreateFromEncryptedPemFile(file, password, file);
        if (!OperatingSystem.IsWindows()) return certificate;
        // Windows cannot use a key that was never stored
        using (certificate) return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private static T Load<T>(string settingName, string option, string file, Func<T> load)
    {
        try
        {
            return load();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new BackupException(ErrorKind.Configuration, $"read {settingName}: load {option} {file}: {e.Message.TrimEnd('.')}",
                "it must be a readable PEM file; an encrypted key needs tlsCertificateKeyFilePassword", e);
        }
    }
}
