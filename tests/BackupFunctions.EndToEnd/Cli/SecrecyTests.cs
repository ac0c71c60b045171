using System.Text;
using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Server;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>With every secret in use and logs at their most talkative, none is printed and none is written.</summary>
public sealed class SecrecyTests
{
    private const string SourcePassword = "s0urce@p:a/s%s", CataloguePassword = "c4talogue&p=a?s", Passphrase = "correct horse battery staple";

    private static readonly string[] Secrets =
    [
        SourcePassword, CataloguePassword, Uri.EscapeDataString(SourcePassword), Uri.EscapeDataString(CataloguePassword), Passphrase,
        CliWorkspace.Key, CliWorkspace.OtherKey, Convert.ToHexStringLower(Convert.FromBase64String(CliWorkspace.Key)),
    ];

    [Fact]
    public async Task No_secret_leaves_the_process()
    {
        await using var server = await EmbeddedMongoServer.Start(new()
        {
            Users = [EmbeddedUser.WithPassword("ops@site", SourcePassword, "admin", new EmbeddedRole("root")), EmbeddedUser.WithPassword("keeper", CataloguePassword, "admin", new EmbeddedRole("root"))],
        });
        var source = As(server, "ops@site", SourcePassword);
        await MongoFixture.Seed(source);
        using var work = new CliWorkspace(source);
        work.Settings[SettingNames.CatalogUri] = As(server, "keeper", CataloguePassword);

        var root = await work.BackUp();
        File.WriteAllText(work.PathOf(".env"), "# nothing\n");
        var refused = As(server, "ops@site", "wrong");
        foreach (var command in new[]
        {
            "config", "doctor", "backup full", "list", "show latest", "verify", $"download {root} --output {{root}}/a.car", "decrypt a.car --output {root}/dump",
            $"restore dump --uri {source} --drop", $"restore-full latest --uri {source} --drop", $"restore-full {root} --uri {source} --dry-run",
            "show nothing-like-it", "restore gone --uri " + source, "restore-full latest --uri " + refused, "decrypt dump", $"restore dump --uri {source}x", "restore-full latest " + source,
        })
        {
            foreach (var json in new[] { "", " --json" }) Check(work, await work.Run($"{command} --log-level debug{json}"));
            if (command.StartsWith("decrypt a.car", StringComparison.Ordinal)) Directory.Exists(work.PathOf("dump")).ShouldBeTrue();
        }

        work.Settings[SettingNames.MongoUri] = refused;
        Check(work, (await work.Run("backup full --log-level debug")).Ended(1));
        work.Settings[SettingNames.MongoUri] = $"mongodb://ops:{SourcePassword}@localhost:1/";
        Check(work, (await work.Run("backup full --log-level debug")).Ended(2));
        work.Settings[SettingNames.MongoUri] = source;
        work.Settings[SettingNames.Key] = CliWorkspace.OtherKey;
        Check(work, (await work.Run("backup full --log-level debug")).Ended(12));
        work.Settings.Remove(SettingNames.Key);
        work.Settings[SettingNames.Passphrase] = Passphrase;
        Check(work, (await work.Run("verify --log-level debug --json")).Ended(12));
        work.Settings.Remove(SettingNames.Passphrase);
        work.Settings[SettingNames.KeyCommand] = $"echo {CliWorkspace.Key}x";
        Check(work, (await work.Run("list --log-level debug")).Ended(2));

        foreach (var file in Directory.EnumerateFiles(work.Root, "*", SearchOption.AllDirectories))
        {
            var bytes = File.ReadAllBytes(file);
            foreach (var secret in Secrets) Contains(bytes, Encoding.UTF8.GetBytes(secret)).ShouldBeFalse($"{file} holds '{secret}'");
            Contains(bytes, Convert.FromBase64String(CliWorkspace.Key)).ShouldBeFalse($"{file} holds the key");
        }
    }

    private static void Check(CliWorkspace work, CliOutcome outcome)
    {
        foreach (var secret in Secrets)
        {
            outcome.Out.ShouldNotContain(secret);
            outcome.Error.ShouldNotContain(secret);
        }
        outcome.ExitCode.ShouldBeInRange(0, 13, outcome.Error);
        outcome.Error.ShouldNotContain("unexpected", Case.Sensitive, $"{outcome.Command} in {work.Root}");
    }

    private static string As(EmbeddedMongoServer server, string user, string password) =>
        server.ConnectionString.Replace("mongodb://", $"mongodb://{Uri.EscapeDataString(user)}:{Uri.EscapeDataString(password)}@", StringComparison.Ordinal) + "&authSource=admin";

    private static bool Contains(byte[] bytes, byte[] part) => bytes.AsSpan().IndexOf(part) >= 0;
}
