using System.Diagnostics;
using System.Text;
using BackupFunctions.Standalone.Demo.Nodes;

namespace BackupFunctions.Tests.Ipfs.Nodes;

/// <summary>
/// Two real nodes of tests/ipfs-nodes for tests: asked past the client under test, made to fail, and killed. Their data lies in a temporary directory
/// and goes with them.
/// </summary>
public sealed class IpfsNodePair : IAsyncDisposable
{
    private readonly IpfsNodeProcess _process;
    private readonly List<Process> _restarted = [];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(1) };

    private IpfsNodePair(IpfsNodeProcess process) => _process = process;

    /// <summary>For a test over either kind of node (is it js-ipfs' own server?): this one in every run, the other, too, with <c>BACKUPFUNCTIONS_LONG=1</c>.</summary>
    public static TheoryData<bool> Kinds(bool native) => Environment.GetEnvironmentVariable("BACKUPFUNCTIONS_LONG") == "1" ? [native, !native] : [native];

    /// <summary>The addresses of the RPC: <c>http://127.0.0.1:port</c>.</summary>
    public IReadOnlyList<Uri> Urls => _process.Urls;

    /// <summary>The peer ids.</summary>
    public IReadOnlyList<string> Ids => _process.Ids;

    /// <summary>The data of the nodes: <c>node0</c> and <c>node1</c> below it.</summary>
    public string Directory => _process.Directory;

    /// <summary>Starts both and waits until they answer: Kubo-shaped, or with js-ipfs' own server.</summary>
    public static async Task<IpfsNodePair> Start(bool native, CancellationToken cancellationToken) =>
        new(await IpfsNodeProcess.Start(native, directory: null, cancellationToken));

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
        using var process = Process.GetProcessById(_process.ProcessIds[node]);
        process.Kill();
        await process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Starts a node that was killed again, with its data and at its address, apart from the other.</summary>
    public async Task Restart(int node, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("node") { WorkingDirectory = _process.Folder, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { "node.mjs", Path.Combine(Directory, $"node{node}"), $"{Urls[node].Port}", "0" }) start.ArgumentList.Add(argument);
        // js-ipfs leaves it behind when it is killed
        System.IO.Directory.Delete(Path.Combine(Directory, $"node{node}", "repo.lock"), recursive: true);
        var process = Process.Start(start)!;
        _restarted.Add(process);
        (await process.StandardOutput.ReadLineAsync(cancellationToken)).ShouldNotBeNull();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _restarted)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        _http.Dispose();
        await _process.DisposeAsync();
    }
}
