using System.Diagnostics;
using System.Text;
using Azure.Storage.Blobs;

namespace BackupFunctions.Tests.Staging.Azurite;

/// <summary>Azurite's blob service of tests/azurite on a port of its own on loopback, with its data in a temporary directory. It stops when this is disposed, and when this process ends in any way.</summary>
public sealed class AzuriteProcess : IAsyncDisposable
{
    private const string Location = "tests/azurite", Ready = "successfully listens on ";
    private static readonly TimeSpan s_startLimit = TimeSpan.FromMinutes(2);

    // the account and the key of every Azurite, which its documentation names
    private const string Account = "devstoreaccount1", Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly DirectoryInfo _directory;
    private readonly Process _process;
    private int _containers;

    private AzuriteProcess(DirectoryInfo directory, Process process) => (_directory, _process) = (directory, process);

    /// <summary>What BACKUP_STAGING takes.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>The address of the account.</summary>
    public Uri Url { get; private set; } = null!;

    public static async Task<AzuriteProcess> Start(CancellationToken cancellationToken)
    {
        var folder = FindFolder();
        if (!Directory.Exists(Path.Combine(folder, "node_modules"))) throw new InvalidOperationException($"{folder} has no node_modules: run 'npm ci --prefix {Location}' in the root of the repository");
        var directory = Directory.CreateTempSubdirectory("backupfn-azurite-");
        var start = new ProcessStartInfo("node", ["start.cjs", "--blobHost", "127.0.0.1", "--blobPort", "0", "--location", directory.FullName, "--silent", "--disableTelemetry"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var azurite = new AzuriteProcess(directory, Process.Start(start)!);
        try
        {
            await azurite.WaitUntilReady(cancellationToken);
            return azurite;
        }
        catch
        {
            await azurite.DisposeAsync();
            throw;
        }
    }

    /// <summary>The name of a container that nothing else uses, and that is not there yet.</summary>
    public string NewContainer() => $"staging-{Interlocked.Increment(ref _containers)}";

    /// <summary>A look at a container past the code under test.</summary>
    public BlobContainerClient Container(string name) => new(ConnectionString, name, new(BlobClientOptions.ServiceVersion.V2023_11_03));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task WaitUntilReady(CancellationToken cancellationToken)
    {
        var output = new StringBuilder();
        _process.ErrorDataReceived += (_, e) =>
        {
            lock (output) output.AppendLine(e.Data);
        };
        _process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(s_startLimit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        while (await _process.StandardOutput.ReadLineAsync(either.Token) is { } line)
        {
            if (line.IndexOf(Ready, StringComparison.Ordinal) is var at and >= 0)
            {
                Url = new Uri($"{line[(at + Ready.Length)..].Trim()}/{Account}");
                ConnectionString = $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={Url}";
                _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                return;
            }
            lock (output) output.AppendLine(line);
        }
        lock (output) throw new InvalidOperationException($"Azurite did not come up: {output}");
    }

    private static string FindFolder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, Location);
            if (File.Exists(Path.Combine(folder, "start.cjs"))) return folder;
        }
        throw new InvalidOperationException($"there is no {Location} above {AppContext.BaseDirectory}");
    }
}
