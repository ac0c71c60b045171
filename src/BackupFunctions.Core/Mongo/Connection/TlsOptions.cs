namespace BackupFunctions.Mongo;

/// <summary>The TLS options of a MongoDB URI that MongoDB.Driver does not know; names as in the URI options specification.</summary>
public sealed record TlsOptions
{
    /// <summary><c>tlsCAFile</c>: PEM file of the authorities that may have signed the server's certificate; the system's when null.</summary>
    public string? CaFile { get; private set; }

    /// <summary><c>tlsCertificateKeyFile</c>: PEM file with our certificate and its private key.</summary>
    public string? CertificateKeyFile { get; private set; }

    /// <summary><c>tlsCertificateKeyFilePassword</c>: opens the private key when it is encrypted.</summary>
    public string? CertificateKeyFilePassword { get; private set; }

    /// <summary><c>tlsAllowInvalidCertificates</c>: any certificate of the server will do.</summary>
    public bool AllowInvalidCertificates { get; private set; }

    /// <summary><c>tlsAllowInvalidHostnames</c>: the certificate need not name the host.</summary>
    public bool AllowInvalidHostnames { get; private set; }

    /// <summary>Whether any of them is set.</summary>
    public bool IsUsed => CaFile is not null || CertificateKeyFile is not null || AllowInvalidCertificates || AllowInvalidHostnames;

    internal bool TryRead(string name, string value, string settingName)
    {
        switch (name.ToUpperInvariant())
        {
            case "TLSCAFILE": CaFile = value; return true;
            case "TLSCERTIFICATEKEYFILE": CertificateKeyFile = value; return true;
            case "TLSCERTIFICATEKEYFILEPASSWORD": CertificateKeyFilePassword = value; return true;
            case "TLSALLOWINVALIDCERTIFICATES": AllowInvalidCertificates = Boolean(name, value, settingName); return true;
            case "TLSALLOWINVALIDHOSTNAMES": AllowInvalidHostnames = Boolean(name, value, settingName); return true;
            default: return false;
        }
    }

    private static bool Boolean(string name, string value, string settingName) => bool.TryParse(value, out var result)
        ? result
        : throw MongoUri.Invalid(settingName, $"the option {name} is neither true nor false", $"write {name}=true or leave it out");
}
