using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs.Kubo;
using Microsoft.Extensions.Time.Testing;

namespace BackupFunctions.Tests.Ipfs.Kubo;

/// <summary>A client on a scripted server, with a clock of its own.</summary>
internal static class ScriptedNode
{
    public static KuboNode Open(this ScriptedServer server, TimeProvider? time = null, string? token = null, string? user = null, string? caFile = null) =>
        Open(server.Url, time, token, user, caFile);

    public static KuboNode Open(Uri url, TimeProvider? time = null, string? token = null, string? user = null, string? caFile = null)
    {
        var setting = new NodeSetting("IPFS_NODE_1_URL", NodeKind.Kubo, user is null ? url : new UriBuilder(url) { UserName = user.Split(':')[0], Password = user.Split(':')[1] }.Uri, token) { CaFile = caFile };
        return KuboNode.Open(setting, new DiskFiles(), new SystemRandomSource(), time ?? TimeProvider.System);
    }

    /// <summary>Waits until the server was asked for this command, and then lets minutes pass until the call ends: nothing before it can be too slow.</summary>
    public static async Task WhileNothingMoves(this Task call, ScriptedServer server, string command, FakeTimeProvider time)
    {
        for (var turns = 0; !call.IsCompleted && turns < 1000; turns++)
        {
            await Task.WhenAny(call, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None));
            if (server.Commands.Contains(command)) time.Advance(TimeSpan.FromSeconds(66));
        }
        await call.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, CancellationToken.None);
    }
}
