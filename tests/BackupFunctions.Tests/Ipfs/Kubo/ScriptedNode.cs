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

    /// <summary>Lets the hours pass until the call has ended: whatever waits for the clock gives up, and nothing else does.</summary>
    public static async Task<T> WhileTimePasses<T>(this Task<T> call, FakeTimeProvider time, TimeSpan? step = null)
    {
        for (var turns = 0; !call.IsCompleted && turns < 3000; turns++)
        {
            await Task.WhenAny(call, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None));
            time.Advance(step ?? TimeSpan.FromSeconds(20));
        }
        return await call.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, CancellationToken.None);
    }

    public static Task<bool> WhileTimePasses(this Task call, FakeTimeProvider time, TimeSpan? step = null) => Done(call).WhileTimePasses(time, step);

    private static async Task<bool> Done(Task call)
    {
        await call;
        return true;
    }
}
