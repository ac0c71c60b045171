using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace BackupFunctions.Tests.Ipfs.Nodes;

/// <summary>
/// Two real nodes of tests/ipfs-nodes on loopback, connected to each other: Kubo-shaped, or with js-ipfs' own server. Their data lies in a temporary
/// directory and goes with them. They stop when this is disposed, and when this process ends in any way.
/// </summary>
public sealed class IpfsNodePair : IAsyncDisposable
{
    private const string Install = "npm ci --omit=optional --prefix tests/ipfs-nodes";
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(1) };

    private IpfsNodePair(Process process) => _process = process;

    /// <summary>The addresses of the RPC: <c>http://127.0.0.1:port</c>.</summary>
    public IReadOnlyList<Uri> Urls { get; private set; } = [];

    /// <summary>The peer ids.</summary>
    public IReadOnlyList<string> Ids { get; private set; } = [];

    /// <summary>The data of the nodes: <c>node0</c> and <c>node1</c> below it.</summary>
    public string Directory { get; private set; } = "";

    private IReadOnlyList<int> ProcessIds { get; set; } = [];

    /// <summary>Starts both and waits until they answer.</summary>
    public static async Task<IpfsNodePair> Start(bool native, CancellationToken cancellationToken)
    {
        var folder = Folder();
        if (!System.IO.Directory.Exists(Path.Combine(folder, "node_modules")))
            throw new InvalidOperationException($"{folder} has no node_modules: run ./test.sh, or '{Install}' in the root of the repository");
        var start = new ProcessStartInfo("node", native ? "two.mjs --native" : "two.mjs")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["IPFS_STOP_ON_STDIN_CLOSE"] = "1";
        var pair = new IpfsNodePair(Process.Start(start)!);
        try
        {
            await pair.Ready(cancellationToken);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks a node (0 or 1) past the client under test; fails unless it answers 200.</summary>
    public async Task<string> Ask(int node, string commandAndQuery, CancellationToken cancellationToken)
    {
        using var response = await _http.PostAsync(new Uri(Urls[node], $"/api/v0/{commandAndQuery}"), content: null, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode ? text : throw new InvalidOperationException($"{commandAndQuery}: {(int)response.StatusCode} {text}");
    }

    /// <summary>
    /// Replaces the faults of a Kubo-shaped node, for example <c>[{"match":"dag/import","status":503,"times":1}]</c>; <c>[]</c> takes all away.
    /// See kubo-shim.mjs.
    /// </summary>
    public async Task SetFaults(int node, string json, CancellationToken cancellationToken)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(new Uri(Urls[node], "/_test/faults"), content, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Ends one node at once, as a crash would.</summary>
    public async Task Kill(int node, CancellationToken cancellationToken)
    {
        using var process = Process.GetProcessById(ProcessIds[node]);
        process.Kill();
        await process.WaitForExitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(StopLimit);
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

    private async Task Ready(CancellationToken cancellationToken)
    {
        var errors = new StringBuilder();
        _process.ErrorDataReceived += (_, e) => errors.AppendLine(e.Data);
        _process.BeginErrorReadLine();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        var line = await _process.StandardOutput.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException($"the nodes did not start: {errors}");
        using var json = JsonDocument.Parse(line);
        var nodes = json.RootElement.GetProperty("nodes").EnumerateArray().ToList();
        Directory = json.RootElement.GetProperty("dir").GetString()!;
        Urls = [.. nodes.Select(n => new Uri(n.GetProperty("rpc").GetString()!))];
        Ids = [.. nodes.Select(n => n.GetProperty("id").GetString()!)];
        ProcessIds = [.. nodes.Select(n => n.GetProperty("pid").GetInt32())];
        _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
    }

    private static string Folder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, "tests", "ipfs-nodes");
            if (System.IO.Directory.Exists(folder)) return folder;
        }
        throw new DirectoryNotFoundException($"no tests/ipfs-nodes above {AppContext.BaseDirectory}");
    }
}
