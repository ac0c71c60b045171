using System.Text.RegularExpressions;

namespace BackupFunctions.Functions.Tests.Deployment;

/// <summary>Dockerfiles and Bicep by their text: neither Docker nor the Bicep compiler is needed, and nothing is run.</summary>
public partial class ImageTests
{
    [Theory]
    [InlineData("Dockerfile", "mcr.microsoft.com/azure-functions/dotnet-isolated:4-dotnet-isolated10.0")]
    [InlineData("Dockerfile.standalone", "mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled")]
    public void Images_build_with_the_SDK_run_on_their_base_and_not_as_root(string file, string runsOn)
    {
        var text = RepositoryFiles.Read(file);
        From().Matches(text).Select(m => m.Groups[1].Value).ShouldBe(["mcr.microsoft.com/dotnet/sdk:10.0", runsOn]);
        User().Matches(text[text.LastIndexOf("FROM ", StringComparison.Ordinal)..]).Select(m => m.Groups[1].Value).ShouldBe(["1654:1654"]);
    }

    [Fact]
    public void The_Functions_image_has_its_app_where_the_host_looks_and_refuses_the_contract()
    {
        var text = RepositoryFiles.Read("Dockerfile");
        text.ShouldContain("AzureWebJobsScriptRoot=/home/site/wwwroot");
        text.ShouldContain("COPY --from=build /published /home/site/wwwroot");
        text.ShouldContain("""if [ "$FunctionsContract" = "true" ]; then echo""");
    }

    [Theory]
    [InlineData("infra/main.bicep")]
    [InlineData("infra/app.bicep")]
    public void No_template_asks_for_a_shared_key(string file)
    {
        var text = RepositoryFiles.Read(file);
        foreach (var key in new[] { "listKeys", "AccountKey", "sharedKey:", "adminUserEnabled: true", "listCredentials" }) text.ShouldNotContain(key, Case.Insensitive);
        text.Count(c => c == '{').ShouldBe(text.Count(c => c == '}'));
        text.Count(c => c == '[').ShouldBe(text.Count(c => c == ']'));
    }

    [Fact]
    public void Secrets_come_from_the_vault_and_storage_takes_identities_alone()
    {
        var text = RepositoryFiles.Read("infra/app.bicep");
        foreach (var needed in new[] { "allowSharedKeyAccess: false", "adminUserEnabled: false", "enableRbacAuthorization: true", "keyVaultUrl:", "'AzureWebJobsStorage__accountName'" }) text.ShouldContain(needed);
        foreach (var secret in new[] { "mongodbUri", "encryptionKey", "newEncryptionKey", "ipfsNode1Token", "ipfsNode2Token", "apiKey" })
        {
            SecureParameter(secret).IsMatch(text).ShouldBeTrue(secret);
            SecureParameter(secret).IsMatch(RepositoryFiles.Read("infra/main.bicep")).ShouldBeTrue(secret);
        }
    }

    [Fact]
    public void What_azd_passes_is_what_the_template_takes()
    {
        var taken = Parameter().Matches(RepositoryFiles.Read("infra/main.bicep")).Select(m => m.Groups[1].Value);
        using var json = System.Text.Json.JsonDocument.Parse(RepositoryFiles.Read("infra/main.parameters.json"));
        json.RootElement.GetProperty("parameters").EnumerateObject().Select(p => p.Name).Order().ShouldBe(taken.Order());
        var azd = new YamlDotNet.Serialization.Deserializer().Deserialize<Dictionary<string, object>>(RepositoryFiles.Read("azure.yaml"));
        ((Dictionary<object, object>)azd["services"]).Keys.ShouldBe(["functions"]);
        // nothing probes what stands in for the image that azd builds: it has none of its routes
        var image = json.RootElement.GetProperty("parameters").GetProperty("image").GetProperty("value").GetString()!;
        image[(image.IndexOf('=') + 1)..^1].ShouldStartWith("mcr.microsoft.com/");
        RepositoryFiles.Read("infra/app.bicep").ShouldContain("probes: startsWith(image, 'mcr.microsoft.com/') ? [] : [");
        RepositoryFiles.Read("infra/app.bicep").ShouldContain("'azd-service-name': 'functions'");
    }

    private static Regex SecureParameter(string name) => new($@"@secure\(\)\s+(@minLength\(32\)\s+)?param {name} string");

    [GeneratedRegex(@"(?m)^FROM (\S+)")]
    private static partial Regex From();

    [GeneratedRegex(@"(?m)^USER (\S+)")]
    private static partial Regex User();

    [GeneratedRegex(@"(?m)^param (\w+) ")]
    private static partial Regex Parameter();
}
