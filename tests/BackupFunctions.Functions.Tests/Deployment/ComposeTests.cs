namespace BackupFunctions.Functions.Tests.Deployment;

/// <summary>The compose files, as far as can be told without Docker.</summary>
public class ComposeTests
{
    private const string Whole = "infra/compose.yaml", BackupOnly = "infra/compose.backup.yaml";

    [Fact]
    public void The_whole_stack_is_there() => new ComposeFile(Whole).Services.Keys.Order().ShouldBe(new[]
    {
        "mongo-1", "mongo-2", "mongo-3", "mongo-initiate", "kubo-1", "kubo-2", "kubo-peering", "kubo-door", "cluster-1", "cluster-2", "azurite", "functions",
    }.Order());

    [Fact]
    public void The_backup_alone_joins_another_stack()
    {
        var compose = new ComposeFile(BackupOnly);
        compose.Services.Keys.ShouldBe(["mongodb-backup"]);
        compose.Section("networks").Values.ShouldAllBe(n => IsTrue(n, "external"));
        IsTrue(compose.Section("volumes")["tls-certs"], "external").ShouldBeTrue();
        ComposeFile.Names(compose.Services["mongodb-backup"], "volumes").ShouldContain("tls-certs:/tls-certs:ro");
    }

    [Theory]
    [InlineData(Whole)]
    [InlineData(BackupOnly)]
    public void What_a_service_refers_to_is_declared(string file)
    {
        var compose = new ComposeFile(file);
        foreach (var (name, service) in compose.Services)
        {
            ComposeFile.Names(service, "secrets").ShouldBeSubsetOf(compose.Section("secrets").Keys, name);
            ComposeFile.Names(service, "networks").ShouldBeSubsetOf(compose.Section("networks").Keys, name);
            ComposeFile.Names(service, "depends_on").ShouldBeSubsetOf(compose.Services.Keys, name);
            var volumes = ComposeFile.Names(service, "volumes").Select(v => v.Split(':')[0]).ToLookup(v => v.StartsWith('.'));
            volumes[false].ShouldBeSubsetOf(compose.Section("volumes").Keys, name);
            foreach (var mounted in volumes[true]) File.Exists(RepositoryFiles.Path($"infra/{mounted}")).ShouldBeTrue(mounted);
        }
        var used = compose.Services.Values.SelectMany(s => ComposeFile.Names(s, "secrets")).Distinct().Order();
        compose.Section("secrets").Keys.Order().ShouldBe(used, "a secret is declared and not used, or the other way round");
    }

    [Theory]
    [InlineData(Whole)]
    [InlineData(BackupOnly)]
    public void Services_have_a_health_check_a_fixed_version_and_a_user_that_is_not_root(string file)
    {
        foreach (var (name, service) in new ComposeFile(file).Services)
        {
            ((string)service["image"]).ShouldMatch(@"^[a-z0-9./-]+:(?!latest$)[A-Za-z0-9.-]+$", name);
            ((string)service["user"]).ShouldMatch("^[1-9][0-9]*:[1-9][0-9]*$", name);
            var check = (Dictionary<object, object>)service["healthcheck"];
            // what ends by itself is waited for, not watched
            (check.ContainsKey("test") ^ ((string)service["restart"] == "no" && check.ContainsKey("disable"))).ShouldBeTrue(name);
        }
    }

    [Fact]
    public void Dependencies_wait_for_health_or_for_the_end()
    {
        var services = new ComposeFile(Whole).Services;
        foreach (var (name, service) in services)
            foreach (var (on, how) in (Dictionary<object, object>?)service.GetValueOrDefault("depends_on") ?? [])
                ((Dictionary<object, object>)how)["condition"].ShouldBe((string)services[(string)on]["restart"] == "no" ? "service_completed_successfully" : "service_healthy", name);
    }

    [Fact]
    public void Only_the_functions_are_reached_from_outside_and_only_from_this_machine()
    {
        var compose = new ComposeFile(Whole);
        compose.Services.Where(s => s.Value.ContainsKey("ports")).Select(s => s.Key).ShouldBe(["functions"]);
        ComposeFile.Names(compose.Services["functions"], "ports").ShouldAllBe(p => p.StartsWith("127.0.0.1:", StringComparison.Ordinal));
        compose.Section("networks").Where(n => n.Key != "outside").ShouldAllBe(n => IsTrue(n.Value, "internal"));
    }

    [Fact]
    public void What_Durable_knows_is_kept_when_its_storage_starts_again()
    {
        var azurite = new ComposeFile(Whole).Services["azurite"];
        var command = ((List<object>)azurite["command"]).Cast<string>().ToList();
        ComposeFile.Names(azurite, "volumes").ShouldBe(["azurite:/tmp"]);
        command[command.IndexOf("--location") + 1].ShouldStartWith("/tmp/");
        azurite.ShouldNotContainKey("tmpfs");
    }

    [Fact]
    public void The_nodes_are_private_and_need_a_token()
    {
        var script = RepositoryFiles.Read("infra/kubo/private.sh");
        foreach (var needed in new[] { "Bootstrap '[]'", "AutoConf.Enabled false", "Provide.Enabled false", "Routing.Type none", "API.Authorizations" }) script.ShouldContain(needed);
        foreach (var node in new[] { "kubo-1", "kubo-2" })
        {
            var service = new ComposeFile(Whole).Services[node];
            ((Dictionary<object, object>)service["environment"])["LIBP2P_FORCE_PNET"].ShouldBe("1");
            ComposeFile.Names(service, "secrets").ShouldContain("swarm.key");
        }
    }

    [Fact]
    public void The_members_demand_TLS_and_each_other_s_key()
    {
        foreach (var member in new[] { "mongo-1", "mongo-2", "mongo-3" })
        {
            var command = string.Join(' ', (List<object>)new ComposeFile(Whole).Services[member]["command"]);
            foreach (var option in new[] { "--replSet rs0", "--keyFile", "--tlsMode requireTLS", "--tlsCAFile" }) command.ShouldContain(option);
        }
    }

    private static bool IsTrue(object? section, string key) => section is Dictionary<object, object> values && (string?)values.GetValueOrDefault(key) == "true";
}
