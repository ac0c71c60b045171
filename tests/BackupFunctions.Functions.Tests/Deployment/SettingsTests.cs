using System.Text.Json;
using System.Text.RegularExpressions;
using BackupFunctions.Configuration;
using Microsoft.Azure.Functions.Worker;

namespace BackupFunctions.Functions.Tests.Deployment;

/// <summary>The settings that the host resolves, everywhere where they must be set.</summary>
public partial class SettingsTests
{
    private const string HostId = "AzureFunctionsWebHost__hostid", SecretStorage = "AzureWebJobsSecretStorageType";

    private static IEnumerable<string> HostSettings => AppFunction.Of<TimerTriggerAttribute>().Select(t => t.Trigger.Schedule.Trim('%'));

    private static Dictionary<string, string> Sample
    {
        get
        {
            using var json = JsonDocument.Parse(RepositoryFiles.Read("local.settings.sample.json"));
            return json.RootElement.GetProperty("Values").EnumerateObject().ToDictionary(v => v.Name, v => v.Value.GetString()!);
        }
    }

    private static Dictionary<string, string> Dockerfile =>
        DockerSetting().Matches(RepositoryFiles.Read("Dockerfile")).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["value"].Value.Trim('"'));

    private static Dictionary<string, string> Bicep =>
        BicepSetting().Matches(RepositoryFiles.Read("infra/app.bicep")).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["value"].Value);

    [Fact]
    public void Every_setting_of_a_trigger_is_set_alike_in_the_sample_the_image_and_on_Azure()
    {
        foreach (var setting in HostSettings)
        {
            var value = Sample[setting];
            value.Split(' ').Length.ShouldBeInRange(5, 6, setting);
            (Dockerfile[setting], Bicep[setting]).ShouldBe((value, value), setting);
        }
        foreach (var other in new[] { Sample.Keys, (IEnumerable<string>)Dockerfile.Keys, Bicep.Keys })
            other.Where(s => s.EndsWith("_SCHEDULE", StringComparison.Ordinal)).Order().ShouldBe(HostSettings.Order());
    }

    [Fact]
    public void Every_other_setting_is_one_that_the_engine_or_the_host_knows()
    {
        string[] hosts = ["AzureWebJobsStorage", "FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsScriptRoot", "AzureFunctionsJobHost__Logging__Console__IsEnabled", "ASPNETCORE_URLS",
            "AzureWebJobsStorage__accountName", "AzureWebJobsStorage__credential", "AzureWebJobsStorage__clientId", "AZURE_CLIENT_ID", HostId, SecretStorage];
        var known = KnownSettings.All.Select(s => s.Name).Concat(hosts).Concat(HostSettings).ToHashSet();
        Sample.Keys.Concat(Dockerfile.Keys).Concat(Bicep.Keys).Where(s => !known.Contains(s)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_container_is_the_same_host_whatever_its_machine_is_called()
    {
        Dockerfile[HostId].ShouldMatch("^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$");
        foreach (var file in new[] { "infra/app.bicep", "infra/compose.yaml", "infra/compose.backup.yaml" }) RepositoryFiles.Read(file).ShouldNotContain("hostid", Case.Insensitive, file);
    }

    [Fact]
    public void One_key_opens_the_host_and_health_in_detail()
    {
        const string Directory = "/run/secrets/functions-keys", Master = Directory + "/host.master", Status = Directory + "/host.systemKey.durabletask_extension";
        foreach (var (file, service) in new[] { ("infra/compose.yaml", "functions"), ("infra/compose.backup.yaml", "mongodb-backup") })
        {
            var composed = new ComposeFile(file).Services[service];
            var environment = (Dictionary<object, object>)composed["environment"];
            (environment[SecretStorage], environment[SettingNames.ApiKeyFile]).ShouldBe(("ContainerApps", Master), file);
            var keys = ((List<object>)composed["secrets"]).OfType<Dictionary<object, object>>().ToDictionary(s => (string)s["target"], s => (string)s["source"]);
            (keys[Master], keys[Status]).ShouldBe(("functions-key", "functions-status-key"), file);
        }
        (Bicep[SecretStorage], Bicep[SettingNames.ApiKey]).ShouldBe(("ContainerApps", "backup-api-key"));
        var text = RepositoryFiles.Read("infra/app.bicep");
        foreach (var mounted in new[] { $"mountPath: '{Directory}'", "{ secretRef: 'backup-api-key', path: 'host.master' }", "{ secretRef: 'status-key', path: 'host.systemKey.durabletask_extension' }" }) text.ShouldContain(mounted);
    }

    [Fact]
    public void The_sample_is_what_the_engine_takes()
    {
        var source = new SettingsSource(Sample, new Dictionary<string, string>(), "/", new Ambient.DiskFiles());
        BackupOptions.Check(source, OptionsScope.Source | OptionsScope.Catalog | OptionsScope.Nodes).Problems.ShouldBeEmpty();
    }

    [Fact]
    public void On_Azure_segments_wait_where_every_replica_reaches_them()
    {
        Bicep["BACKUP_STAGING"].ShouldBe("staging");
        var text = RepositoryFiles.Read("infra/app.bicep");
        var address = StagingAddress().Match(text).Groups[1].Value
            .Replace("${storage.properties.primaryEndpoints.blob}", "https://account.blob.core.windows.net/", StringComparison.Ordinal)
            .Replace("${stagingContainer}", StagingContainer().Match(text).Groups[1].Value, StringComparison.Ordinal);
        var staging = BackupOptions.Load(new(new Dictionary<string, string> { ["BACKUP_STAGING"] = address }, new Dictionary<string, string>(), "/", new Ambient.DiskFiles()), OptionsScope.General).Staging;
        staging.Container.ShouldBe(new Uri("https://account.blob.core.windows.net/backup-staging"));
        staging.ConnectionString.ShouldBeNull();
        text.ShouldNotContain("EmptyDir");
    }

    [Fact]
    public void The_host_file_is_at_the_top_and_in_the_output()
    {
        File.Exists(Path.Combine(AppContext.BaseDirectory, "host.json")).ShouldBeTrue();
        using var json = JsonDocument.Parse(RepositoryFiles.Read("host.json"));
        var extensions = json.RootElement.GetProperty("extensions");
        (json.RootElement.GetProperty("version").GetString(), extensions.GetProperty("http").GetProperty("routePrefix").GetString()).ShouldBe(("2.0", "api"));
        extensions.GetProperty("durableTask").GetProperty("hubName").GetString().ShouldBe("BackupFunctions");
        json.RootElement.GetProperty("telemetryMode").GetString().ShouldBe("OpenTelemetry");
        extensions.GetProperty("durableTask").GetProperty("tracing").GetProperty("version").GetString().ShouldBe("V2");
    }

    /// <summary>The indexes of a large collection, its comparison and a pin take as long as they take; a host that ended them would end the worker with them, and the next attempt likewise.</summary>
    [Fact]
    public void No_activity_is_ended_by_the_host()
    {
        using var json = JsonDocument.Parse(RepositoryFiles.Read("host.json"));
        json.RootElement.GetProperty("functionTimeout").GetString().ShouldBe("-1");
    }

    [GeneratedRegex("""(?m)^(?:ENV| ) +(?<name>[A-Za-z_]+)=(?<value>"[^"]*"|[^\s\\]+)""")]
    private static partial Regex DockerSetting();

    [GeneratedRegex("(?m)^var staging = '(.+)'$")]
    private static partial Regex StagingAddress();

    [GeneratedRegex("(?m)^var stagingContainer = '(.+)'$")]
    private static partial Regex StagingContainer();

    [GeneratedRegex("""\{ name: '(?<name>[A-Z][A-Za-z0-9_]+)', (?:value|secretRef): '?(?<value>[^'}]+?)'? \}""")]
    private static partial Regex BicepSetting();
}
