using BackupFunctions.Tests.Staging.Azurite;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]

namespace BackupFunctions.Tests.Staging.Azurite;

/// <summary>The Azurite that all tests of an assembly share, started when a test first asks; each test has a container of its own.</summary>
public sealed class AzuriteFixture : IAsyncDisposable
{
    private readonly Lazy<Task<AzuriteProcess>> _azurite = new(() => AzuriteProcess.Start(CancellationToken.None));

    public Task<AzuriteProcess> Azurite => _azurite.Value;

    public async ValueTask DisposeAsync()
    {
        if (_azurite is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }) await (await _azurite.Value).DisposeAsync();
    }
}
