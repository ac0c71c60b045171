using static BackupFunctions.Configuration.Sensitivity;

namespace BackupFunctions.Configuration;

/// <summary>Shows settings without their secrets.</summary>
public static class Masking
{
    /// <summary>What stands in the place of a secret.</summary>
    public const string Mask = "****";

    private static readonly string[] SecretWords = ["password", "passphrase", "secret", "token", "credential", "signature", "accountkey", "apikey"];

    /// <summary>
    /// A URI with its password, and the values of secret parameters, replaced. It is meant for malformed ones too: a password may hold
    /// characters that should have been percent-encoded, so all up to the last <c>@</c> counts as user information.
    /// </summary>
    public static string MaskUri(string uri)
    {
        if (StorageConnection.Is(uri)) return StorageConnection.Mask(uri);
        if (uri.Contains("AccountKey=", StringComparison.OrdinalIgnoreCase)) return Mask;
        var start = uri.IndexOf("://", StringComparison.Ordinal);
        start = start < 0 ? 0 : start + 3;
        var at = uri.LastIndexOf('@');
        if (at < start) return uri[..start] + MaskParameters(uri[start..]);
        var user = uri[start..at];
        var colon = user.IndexOf(':', StringComparison.Ordinal);
        return uri[..start] + (colon < 0 ? user : user[..colon] + ":" + Mask) + "@" + MaskParameters(uri[(at + 1)..]);
    }

    /// <summary>Settings as they may be shown: by what is known of the name, else by how the name and the value look.</summary>
    public static IEnumerable<(string Name, string Value)> MaskSecrets(IEnumerable<(string Name, string Value)> settings) =>
        settings.Select(s => (s.Name, MaskValue(s.Name, s.Value)));

    internal static string MaskValue(string name, string value) => SensitivityOf(name, value) switch
    {
        Plain => value,
        Address => MaskUri(value),
        Command => value.Trim().Split(' ', 2) is [var program, _] ? $"{program} {Mask}" : value.Trim(),
        _ => Mask,
    };

    internal static Sensitivity SensitivityOf(string name, string value) =>
        KnownSettings.Find(name)?.Sensitivity ?? (LooksSecret(name) ? Secret : value.Contains("://", StringComparison.Ordinal) || StorageConnection.Is(value) ? Address : Plain);

    private static bool LooksSecret(string name) =>
        name.EndsWith("KEY", StringComparison.OrdinalIgnoreCase) || name.Equals("sig", StringComparison.OrdinalIgnoreCase) || SecretWords.Any(w => name.Contains(w, StringComparison.OrdinalIgnoreCase));

    private static string MaskParameters(string rest)
    {
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        if (question < 0) return rest;
        var parameters = rest[(question + 1)..].Split('&').Select(p => p.IndexOf('=', StringComparison.Ordinal) is var equals and > 0
            && (LooksSecret(p[..equals]) || p[..equals].Equals("authMechanismProperties", StringComparison.OrdinalIgnoreCase))
                ? p[..(equals + 1)] + Mask
                : p);
        return rest[..(question + 1)] + string.Join('&', parameters);
    }
}
