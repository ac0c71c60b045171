using Azure.Storage.Blobs;
using static BackupFunctions.Configuration.SettingNames;

namespace BackupFunctions.Configuration;

/// <summary>Reads where sealed segments wait.</summary>
internal static class StagingReader
{
    private const string Example = "/var/lib/backupfunctions/staging", ContainerForm = "https://ACCOUNT.blob.core.windows.net/CONTAINER";

    public static StagingSetting Read(OptionsReader reader)
    {
        var container = Container(reader);
        var text = reader.Get(SettingNames.Staging) ?? Defaults.StagingDirectory(reader.Source);
        if (StorageConnection.Is(text)) return Connection(reader, text, container);
        if (reader.Get(StagingContainer) is not null) reader.Warn($"{StagingContainer} has no effect: {SettingNames.Staging} is no connection string");
        if (!text.Contains("://", StringComparison.Ordinal)) return new(reader.Source.FullPath(text));
        if (AddressFault(text) is not { } fault) return new(null, new Uri(text.TrimEnd('/')));
        reader.Problem(SettingNames.Staging, fault, Example);
        return new(Example);
    }

    private static StagingSetting Connection(OptionsReader reader, string text, string container)
    {
        try
        {
            return new(null, new Uri(new BlobContainerClient(text, container).Uri.GetLeftPart(UriPartial.Path)), text);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            // the message of the exception may quote what is secret
            reader.Problem(SettingNames.Staging, "is no connection string of a storage account: copy the whole of it, with its account name and key or shared access signature", "UseDevelopmentStorage=true");
            return new(Example);
        }
    }

    private static string? AddressFault(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http"))
            return $"is neither a directory, nor the connection string of a storage account, nor {ContainerForm}";
        if (uri.Scheme == "http") return $"is http://, and an identity is sent by https:// only: want {ContainerForm}, or a connection string";
        if (uri.UserInfo.Length + uri.Query.Length + uri.Fragment.Length > 0)
            return $"has more than an address: want {ContainerForm} for the identity of the process, or a connection string with SharedAccessSignature";
        var parts = new BlobUriBuilder(new Uri(text.TrimEnd('/')));
        return parts.BlobName.Length > 0 || !IsContainer(parts.BlobContainerName) ? $"names no container: want {ContainerForm}" : null;
    }

    private static string Container(OptionsReader reader)
    {
        var name = reader.Get(StagingContainer) ?? Defaults.StagingContainer;
        if (IsContainer(name)) return name;
        reader.Problem(StagingContainer, "is no name of a container: 3 to 63 lower-case letters, digits and single dashes", Defaults.StagingContainer);
        return Defaults.StagingContainer;
    }

    private static bool IsContainer(string name) => name.Length is >= 3 and <= 63 && name[0] != '-' && name[^1] != '-'
        && !name.Contains("--", StringComparison.Ordinal) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
