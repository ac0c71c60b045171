using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;

namespace BackupFunctions.Staging;

/// <summary>Opens the staging that a setting names. Nothing is connected to.</summary>
public static class StagingFactory
{
    /// <summary>Opens it.</summary>
    public static IStaging Open(StagingSetting setting, IFiles files, IRandomSource random)
    {
        if (setting.Directory is { } directory) return new DirectoryStaging(directory, files);
        var address = setting.Container!;
        return new BlobStaging(setting.ConnectionString is { } connection
            ? new BlobContainerClient(connection, new BlobUriBuilder(address).BlobContainerName, Options())
            : new BlobContainerClient(address, new DefaultAzureCredential(), Options()), random);
    }

    // a version that every cloud and emulator in use knows; nothing here needs a newer one
    private static BlobClientOptions Options() => new(BlobClientOptions.ServiceVersion.V2023_11_03)
    {
        Retry = { Mode = RetryMode.Exponential, MaxRetries = 3, Delay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromSeconds(20), NetworkTimeout = TimeSpan.FromSeconds(100) },
    };
}
