using System.Net;
using System.Net.Sockets;
using BackupFunctions.Configuration;
using BackupFunctions.EndToEnd.Conformance;

namespace BackupFunctions.EndToEnd.Serving;

/// <summary><c>serve</c> with settings that it must not run with: exit code 2 before anything is touched.</summary>
public sealed class RefusedSettingsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("backupfn-refused-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task An_address_that_others_reach_needs_a_key()
    {
        var settings = StandaloneSettings.Of(_directory, RunningServer.Nowhere, key: null);
        settings[SettingNames.Listen] = "http://0.0.0.0:0";
        var (exitCode, shown, error) = await Serve(settings);
        (exitCode, shown).ShouldBe((2, ""));
        error.ShouldContain("error: read settings: BACKUP_LISTEN is reachable from other machines, and there is no key: set BACKUP_API_KEY or BACKUP_API_KEY_FILE");
        error.ShouldContain("hint: ");
        Directory.EnumerateFileSystemEntries(_directory).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_wrong_with_the_engine_and_with_the_host_is_told_at_once()
    {
        var settings = StandaloneSettings.Of(_directory, "http://example.com", key: null);
        settings[SettingNames.Listen] = "https://127.0.0.1:7071";
        settings[SettingNames.FullSchedule] = "every sunday";
        settings[SettingNames.ApiKeyFile] = "missing";
        settings.Remove(SettingNames.NodeUrl(2));
        settings["IPFS_NODE2_URL"] = "file:///vault";
        var (exitCode, _, error) = await Serve(settings);
        exitCode.ShouldBe(2);
        error.ShouldStartWith("warning: IPFS_NODE2_URL is not a setting and has no effect: did you mean IPFS_NODE_2_URL?\nerror: ");
        foreach (var name in new[] { SettingNames.MongoUri, SettingNames.NodeUrl(2), SettingNames.Listen, SettingNames.FullSchedule, SettingNames.ApiKeyFile }) error.ShouldContain($"\n  {name} ");
        Directory.EnumerateFileSystemEntries(_directory).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_with_a_hint_and_without_a_stack()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var settings = StandaloneSettings.Of(_directory, RunningServer.Nowhere, key: null);
        settings[SettingNames.Listen] = $"http://{taken.LocalEndpoint}";
        var (exitCode, shown, error) = await Serve(settings);
        (exitCode, shown).ShouldBe((1, ""));
        error.ShouldContain($"error: listen on http://{taken.LocalEndpoint} (BACKUP_LISTEN): ");
        error.ShouldContain("hint: stop what listens there, or set another address");
        error.ShouldNotContain("   at ");
    }

    private async Task<(int, string, string)> Serve(Dictionary<string, string> settings)
    {
        using var program = StandaloneProgram.Start(_directory, settings, "serve");
        return await program.End();
    }
}
