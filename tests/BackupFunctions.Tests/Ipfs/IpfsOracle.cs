using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BackupFunctions.Tests.Ipfs;

/// <summary>The encoders of tests/ipfs-oracles in one node process: a line of JSON in, a line of JSON out.</summary>
public sealed class IpfsOracle : IDisposable
{
    private readonly Process _process;

    public IpfsOracle()
    {
        var directory = Folder();
        if (!Directory.Exists(Path.Combine(directory, "node_modules")))
            throw new InvalidOperationException($"{directory} has no node_modules: run ./test.sh, or 'npm ci' there");
        _process = Process.Start(new ProcessStartInfo("node", "oracle.mjs")
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    public async Task<JsonNode> Ask(string question, object details)
    {
        var request = JsonSerializer.SerializeToNode(details)!.AsObject();
        request["question"] = question;
        await _process.StandardInput.WriteLineAsync(request.ToJsonString());
        await _process.StandardInput.FlushAsync();
        var line = await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromMinutes(1));
        var answer = JsonNode.Parse(line ?? throw new InvalidOperationException($"the oracle ended with code {_process.ExitCode}"))!;
        answer["error"]?.GetValue<string>().ShouldBeNull();
        return answer;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000)) _process.Kill();
        _process.Dispose();
    }

    private static string Folder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, "tests", "ipfs-oracles");
            if (Directory.Exists(folder)) return folder;
        }
        throw new DirectoryNotFoundException($"no tests/ipfs-oracles above {AppContext.BaseDirectory}");
    }
}
