using MongoDB.Driver;

namespace BackupFunctions.Configuration;

/// <summary>Checks a MongoDB connection string without connecting and without resolving names.</summary>
public static class MongoUriForm
{
    /// <summary>A connection string that is right.</summary>
    public const string Example = "mongodb://db1.example.com:27017/?replicaSet=rs0";

    /// <summary>What is wrong, without showing the password; null when the driver takes it. The name is that of a setting or of an option (<c>--uri</c>).</summary>
    public static SettingProblem? Check(string name, string uri)
    {
        var example = name.StartsWith('-') ? $"{name} '{Example}'" : $"{name}={Example}";
        if (!uri.StartsWith("mongodb://", StringComparison.Ordinal) && !uri.StartsWith("mongodb+srv://", StringComparison.Ordinal))
            return new(name, "does not start with mongodb:// or mongodb+srv://", example);
        if (Refusal(uri) is null && !HasAtInDatabase(uri)) return null;
        // the driver quotes the string that it refuses: ask again with the password masked, so that its words can be shown
        var masked = Masking.MaskUri(uri);
        return new(name, Refusal(masked) is { } refusal
            ? $"is no connection string: {refusal}"
            : "is no connection string: user name and password must be percent-encoded (@ is %40, : is %3A, / is %2F, % is %25)", example);
    }

    /// <summary>The driver takes <c>user:pass@wo/rd@host</c> for a host named <c>wo</c> and a database.</summary>
    private static bool HasAtInDatabase(string uri)
    {
        var rest = uri[(uri.IndexOf("://", StringComparison.Ordinal) + 3)..].Split('?', 2)[0];
        return rest.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 && rest.IndexOf('@', slash) >= 0;
    }

    private static string? Refusal(string uri)
    {
        try
        {
            var url = new MongoUrl(uri);
            // credentials are only checked when settings are made; for mongodb+srv:// that would ask the DNS
            if (url.Scheme == MongoDB.Driver.Core.Configuration.ConnectionStringScheme.MongoDB) _ = MongoClientSettings.FromUrl(url);
            return null;
        }
        catch (Exception e) when (e is MongoConfigurationException or ArgumentException or FormatException)
        {
            return e.Message.TrimEnd('.');
        }
    }
}
