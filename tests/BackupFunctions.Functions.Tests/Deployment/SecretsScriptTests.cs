using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;

namespace BackupFunctions.Functions.Tests.Deployment;

/// <summary>infra/make-secrets.sh makes what the compose file mounts.</summary>
public sealed class SecretsScriptTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("backupfunctions-secrets-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Every_secret_of_the_compose_file_is_made_once_and_certificates_are_of_the_authority()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/openssl"), "needs openssl");
        await Run();
        var secrets = new ComposeFile("infra/compose.yaml").Section("secrets").Keys.ToList();
        foreach (var secret in secrets) new FileInfo(Secret(secret)).Length.ShouldBeGreaterThan(0, secret);
        var before = secrets.ToDictionary(s => s, s => File.ReadAllText(Secret(s)));
        await Run();
        foreach (var (secret, text) in before) File.ReadAllText(Secret(secret)).ShouldBe(text, secret);

        Convert.FromBase64String(before["backup.key"].Trim()).Length.ShouldBe(32);
        File.ReadAllLines(Secret("functions.env")).ShouldBe([$"IPFS_NODE_1_TOKEN={before["ipfs-1-token"].Trim()}", $"IPFS_NODE_2_TOKEN={before["ipfs-2-token"].Trim()}"]);
        // the host compares every byte
        foreach (var key in new[] { "functions-key", "functions-status-key" }) before[key].ShouldMatch(@"\A[0-9a-f]{64}\z");
        using var authority = X509CertificateLoader.LoadCertificateFromFile(Secret("ca.crt"));
        foreach (var name in new[] { "mongo-1", "mongo-2", "mongo-3", "mongo-client" })
        {
            using var certificate = X509Certificate2.CreateFromPemFile(Secret($"{name}.pem"));
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(authority);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.Build(certificate).ShouldBeTrue(name);
            if (name == "mongo-client") RepositoryFiles.Read("infra/mongo/initiate.js").ShouldContain($"'{certificate.Subject.Replace(", ", ",", StringComparison.Ordinal)}'");
            else certificate.MatchesHostname(name).ShouldBeTrue(name);
        }
    }

    private string Secret(string name) => Path.Combine(_directory.FullName, name);

    private async Task Run()
    {
        using var process = Process.Start(new ProcessStartInfo("bash", [RepositoryFiles.Path("infra/make-secrets.sh"), _directory.FullName]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0, output + error);
    }
}
