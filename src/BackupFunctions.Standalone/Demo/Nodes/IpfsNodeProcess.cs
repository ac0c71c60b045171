using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace BackupFunctions.Standalone.Demo.Nodes;

/// <summary>
/// Two real nodes of tests/ipfs-nodes on loopback, connected to each other, in a process of Node.js. They stop when this is disposed, and when this
/// process ends in any way.
/// </summary>
internal sealed class IpfsNodeProcess : IAsyncDisposable
{
    private const string Location = "tests/ipfs-nodes";
    private const string Install = "npm ci --omit=optional --prefix " + Location;
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private IpfsNodeProcess(Process process) => _process = process;

    /// <summary>The addresses of the RPC: <c>http://127.0.0.1:port</c>.</summary>
    public IReadOnlyList<Uri> Urls { get; private set; } = [];

    /// <summary>The peer ids.</summary>
    public IReadOnlyList<string> Ids { get; private set; } = [];

    /// <summary>The process of each node.</summary>
    public IReadOnlyList<int> ProcessIds { get; private set; } = [];

    /// <summary>Where their program is.</summary>
    public string Folder => _process.StartInfo.WorkingDirectory;

    /// <summary>Where the nodes keep their data: <c>node0</c> and <c>node1</c> below it.</summary>
    public string Directory { get; private set; } = "";

    /// <summary>
    /// Starts both and waits until they answer: Kubo-shaped, or with js-ipfs' own server. Their data stays in the directory, if one is given; else it goes
    /// with them. Fails with <see cref="ErrorKind.Configuration"/> where Node.js or the packages are missing.
    /// </summary>
    public static async Task<IpfsNodeProcess> Start(bool native, string? directory, CancellationToken cancellationToken)
    {
        var folder = FindFolder();
        if (!System.IO.Directory.Exists(Path.Combine(folder, "node_modules")))
            throw new BackupException(ErrorKind.Configuration, $"start two IPFS nodes: {folder} has no node_modules", $"run '{Install}' in the root of the repository");
        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("two.mjs");
        if (directory is not null) start.ArgumentList.Add(directory);
        if (native) start.ArgumentList.Add("--native");
        start.Environment["IPFS_STOP_ON_STDIN_CLOSE"] = "1";
        var nodes = new IpfsNodeProcess(Launch(start));
        try
        {
            await nodes.Ready(cancellationToken);
            return nodes;
        }
        catch
        {
            await nodes.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(StopLimit, TimeProvider.System);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }
        _process.Dispose();
    }

    private static Process Launch(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new BackupException(ErrorKind.Configuration, $"start two IPFS nodes: {e.Message}", "install Node.js, 18 or newer", e);
        }
    }

    private async Task Ready(CancellationToken cancellationToken)
    {
        _process.ErrorDataReceived += (_, e) =>
        {
            lock (_errors) _errors.AppendLine(e.Data);
        };
        _process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(StartLimit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        string? line;
        try
        {
            line = await _process.StandardOutput.ReadLineAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            line = null;
        }
        if (line is null)
        {
            lock (_errors) throw new BackupException(ErrorKind.Failed, $"start two IPFS nodes: they did not come up: {_errors}", $"does 'node {Location}/two.mjs' run?");
        }
        using var json = JsonDocument.Parse(line);
        var nodes = json.RootElement.GetProperty("nodes").EnumerateArray().ToList();
        Directory = json.RootElement.GetProperty("dir").GetString()!;
        Urls = [.. nodes.Select(n => new Uri(n.GetProperty("rpc").GetString()!))];
        Ids = [.. nodes.Select(n => n.GetProperty("id").GetString()!)];
        ProcessIds = [.. nodes.Select(n => n.GetProperty("pid").GetInt32())];
        // what they print later is of no interest, but must not fill the pipe
        _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
    }

    private static string FindFolder()
    {
        foreach (var start in new[] { AppContext.BaseDirectory, Environment.CurrentDirectory })
        {
            for (var at = new DirectoryInfo(start); at is not null; at = at.Parent)
            {
                var folder = Path.Combine(at.FullName, Location);
                if (File.Exists(Path.Combine(folder, "two.mjs"))) return folder;
            }
        }
        throw new BackupException(ErrorKind.Configuration, $"start two IPFS nodes: there is no {Location} above {AppContext.BaseDirectory}", "run it in a clone of the repository");
    }
}
