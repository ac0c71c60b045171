using System.Text.RegularExpressions;

namespace BackupFunctions.Configuration;

/// <summary>
/// The last line of defence before text leaves the process: replaces every secret that it knows, and the password of anything that looks
/// like a URI. Thread-safe. Secrets under four characters are not replaced: they would tear ordinary words apart.
/// </summary>
public sealed partial class SecretRedactor
{
    private const int Shortest = 4;
    private readonly Lock _gate = new();
    private volatile string[] _longestFirst = [];

    /// <summary>Knows the secrets among the settings, misspelled ones too.</summary>
    public static SecretRedactor From(SettingsSource source)
    {
        var redactor = new SecretRedactor();
        foreach (var name in source.Names)
        {
            var value = source.Get(name)!;
            switch (Masking.SensitivityOf(name, value))
            {
                case Sensitivity.Secret: redactor.AddSecret(value.Trim()); break;
                case Sensitivity.Address: redactor.AddUri(value); break;
                case Sensitivity.Command when value.Trim().Split(' ', 2) is [_, var arguments]: redactor.Add(arguments); break;
            }
            if (name == SettingNames.OtlpHeaders) redactor.AddHeaders(value);
        }
        return redactor;
    }

    /// <summary>Adds a secret.</summary>
    public void Add(string secret)
    {
        if (secret.Length < Shortest) return;
        lock (_gate) _longestFirst = [.. _longestFirst.Append(secret).Distinct(StringComparer.Ordinal).OrderByDescending(s => s.Length)];
    }

    /// <summary>Adds a secret which may be an address as a whole, and then its path too, which is what makes it one.</summary>
    public void AddSecret(string secret)
    {
        Add(secret);
        if (Uri.TryCreate(secret, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https") && address.PathAndQuery.Length > Shortest) Add(address.PathAndQuery);
    }

    /// <summary>Adds the password of a URI, as it is written and decoded, or the secrets of a storage account's connection string.</summary>
    public void AddUri(string uri)
    {
        if (StorageConnection.Is(uri))
        {
            foreach (var secret in StorageConnection.Secrets(uri)) Add(secret);
            return;
        }
        var start = uri.IndexOf("://", StringComparison.Ordinal) + 3;
        var at = uri.LastIndexOf('@');
        if (start < 3 || at < start) return;
        var colon = uri.IndexOf(':', start);
        if (colon < 0 || colon > at) return;
        var password = uri[(colon + 1)..at];
        Add(password);
        Add(Uri.UnescapeDataString(password));
    }

    // name=value,name=value, percent-encoded: each value alone, and its last word, which follows Bearer or the like
    private void AddHeaders(string headers)
    {
        foreach (var value in headers.Split(',').Select(h => h[(h.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim()))
        {
            Add(value);
            Add(Uri.UnescapeDataString(value).Split(' ')[^1]);
        }
    }

    /// <summary>The text without secrets.</summary>
    public string Redact(string text)
    {
        foreach (var secret in _longestFirst) text = text.Replace(secret, Masking.Mask, StringComparison.Ordinal);
        return UriPassword().Replace(text, $"$1:{Masking.Mask}@");
    }

    [GeneratedRegex("""([A-Za-z][A-Za-z0-9+.\-]*://[^\s:@/"'<>]*):[^\s"'<>]*@""")]
    private static partial Regex UriPassword();
}
