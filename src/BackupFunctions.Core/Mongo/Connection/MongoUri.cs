using System.Text.RegularExpressions;

namespace BackupFunctions.Mongo;

/// <summary>
/// A MongoDB URI as a user gave it, taken apart as far as the driver does not do it: the TLS file options, which MongoDB.Driver does not know,
/// are split off, and the text that may be shown holds no credentials.
/// </summary>
public sealed partial class MongoUri
{
    private MongoUri(string driverUri, string masked, TlsOptions tls, IReadOnlySet<string> options) =>
        (DriverUri, Masked, Tls, OptionNames) = (driverUri, masked, tls, options);

    /// <summary>The URI for the driver, with credentials: never to be shown.</summary>
    public string DriverUri { get; }

    /// <summary>The URI for people: <see cref="Mask"/>.</summary>
    public string Masked { get; }

    /// <summary>The TLS options that the driver does not read from a URI.</summary>
    public TlsOptions Tls { get; }

    /// <summary>The names of all options that the URI sets, ignoring case.</summary>
    public IReadOnlySet<string> OptionNames { get; }

    /// <summary>
    /// Takes a URI apart. What is wrong with it fails with <see cref="ErrorKind.Configuration"/>, names <paramref name="settingName"/>, and
    /// quotes nothing that may be part of a password.
    /// </summary>
    public static MongoUri Parse(string uri, string settingName)
    {
        if (string.IsNullOrWhiteSpace(uri)) throw Invalid(settingName, "it is empty", ExampleHint);
        uri = uri.Trim();
        var match = Grammar().Match(uri);
        if (!match.Success || !CredentialsAreEscaped(match))
        {
            if (!Scheme().IsMatch(uri)) throw Invalid(settingName, "it does not start with mongodb:// or mongodb+srv://", ExampleHint);
            throw uri.Contains('@', StringComparison.Ordinal)
                ? Invalid(settingName, "its user name or password holds a character that must be escaped", EscapeHint)
                : Invalid(settingName, "it is no MongoDB URI", ExampleHint);
        }

        var tls = new TlsOptions();
        var kept = new List<string>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var option in match.Groups["options"].Value.Split('&', ';').Where(o => o.Length > 0))
        {
            var parts = option.Split('=', 2);
            if (parts.Length < 2 || parts[0].Length == 0 || parts[1].Length == 0)
                throw Invalid(settingName, $"the option \"{parts[0]}\" has no value", "options are written name=value, with & between them");
            names.Add(parts[0]);
            if (!tls.TryRead(parts[0], Uri.UnescapeDataString(parts[1]), settingName)) kept.Add(option);
        }
        if (tls.IsUsed && !names.Contains("tls") && !names.Contains("ssl")) kept.Add("tls=true");

        var query = kept.Count == 0 ? "" : $"?{string.Join('&', kept)}";
        var userInfo = match.Groups["user"].Success ? $"{match.Groups["credentials"].Value}@" : "";
        var address = $"{match.Groups["hosts"].Value}/{match.Groups["database"].Value}";
        var scheme = match.Groups["scheme"].Value;
        var driverUri = $"{scheme}://{userInfo}{address}{query}";
        CheckByDriver(driverUri, $"{scheme}://{match.Groups["hosts"].Value}/{query}", settingName);
        return new MongoUri(driverUri, Mask(uri), tls, names);
    }

    /// <summary>
    /// A URI that may be shown: user name, password and secret options are replaced by <c>***</c>. One that cannot be taken apart is hidden up to
    /// its last <c>@</c>, and its options are.
    /// </summary>
    public static string Mask(string uri)
    {
        uri = uri.Trim();
        var match = Grammar().Match(uri);
        if (match.Success && CredentialsAreEscaped(match))
        {
            var userInfo = match.Groups["user"].Success ? "***@" : "";
            var rest = uri[match.Groups["hosts"].Index..];
            return $"{match.Groups["scheme"].Value}://{userInfo}{SecretOption().Replace(rest, "$1***")}";
        }

        var scheme = Scheme().Match(uri);
        var at = uri.LastIndexOf('@');
        if (!scheme.Success) return at < 0 && !uri.Contains(':', StringComparison.Ordinal) ? uri : "***";
        if (at < 0) return $"{scheme.Value}***";
        var visible = uri[(at + 1)..];
        var query = visible.IndexOf('?', StringComparison.Ordinal);
        return $"{scheme.Value}***@{(query < 0 ? visible : $"{visible[..query]}?***")}";
    }

    private const string ExampleHint = "write it as mongodb://user:password@host1:27017,host2:27017/?replicaSet=rs0";

    private const string EscapeHint =
        "percent-encode special characters of the user name and the password: @ as %40, : as %3A, / as %2F, ? as %3F, # as %23, % as %25";

    // the driver repeats parts of what it could not parse, passwords among them: ask it again about a URI that has none
    private static void CheckByDriver(string driverUri, string withoutCredentials, string settingName)
    {
        if (FailureOf(driverUri) is null) return;
        throw FailureOf(withoutCredentials) is { } reason && !SecretOption().IsMatch(withoutCredentials)
            ? Invalid(settingName, reason, ExampleHint)
            : Invalid(settingName, "the driver refuses it", EscapeHint);
    }

    private static string? FailureOf(string uri)
    {
        try
        {
            _ = new MongoDB.Driver.MongoUrl(uri);
            return null;
        }
        catch (Exception e) when (e is MongoDB.Driver.MongoConfigurationException or ArgumentException or FormatException or InvalidOperationException)
        {
            return e.Message.TrimEnd('.');
        }
    }

    // a slash or question mark in a password ends the host list early, so that its rest looks like a database or an option
    private static bool CredentialsAreEscaped(Match match) =>
        !match.Groups["database"].Value.Contains('@', StringComparison.Ordinal)
        && !OptionNameWithAt().IsMatch(match.Groups["options"].Value)
        && !BrokenEscape().IsMatch(match.Groups["credentials"].Value);

    internal static BackupException Invalid(string settingName, string why, string hint) =>
        new(ErrorKind.Configuration, $"read {settingName}: {why}", hint);

    [GeneratedRegex(@"\A(?<scheme>mongodb(\+srv)?)://((?<credentials>(?<user>[^:@/]+)(:[^:@/]*)?)@)?(?<hosts>[^@/?#]+)(/(?<database>[^/?]+))?/?(\?(?<options>.*))?\z", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Grammar();

    [GeneratedRegex(@"\Amongodb(\+srv)?://", RegexOptions.ExplicitCapture)]
    private static partial Regex Scheme();

    [GeneratedRegex("(^|[&;])[^=&;]*@")]
    private static partial Regex OptionNameWithAt();

    [GeneratedRegex("%(?![0-9a-fA-F]{2})")]
    private static partial Regex BrokenEscape();

    [GeneratedRegex(@"((?:tlsCertificateKeyFilePassword|proxyPassword|authMechanismProperties)=)[^&;]*", RegexOptions.IgnoreCase)]
    private static partial Regex SecretOption();
}
