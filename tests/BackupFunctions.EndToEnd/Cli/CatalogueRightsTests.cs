using BackupFunctions.Configuration;
using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Server;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>The account of the catalogue, which may be another than that of the source, is examined on its own connection.</summary>
public sealed class CatalogueRightsTests
{
    private static readonly EmbeddedRole[] Backup = [new("backup"), new("clusterMonitor")];

    [Theory]
    [InlineData("backup", null, 1)]
    [InlineData("both", null, 0)]
    [InlineData("backup", "both", 0)]
    [InlineData("both", "backup", 1)]
    public async Task Doctor_says_what_lacks_to_keep_the_catalogue(string source, string? catalogue, int exitCode)
    {
        await using var server = await EmbeddedMongoServer.Start(new()
        {
            Users =
            [
                EmbeddedUser.WithPassword("backup", "secret", "admin", Backup),
                EmbeddedUser.WithPassword("both", "secret", "admin", [.. Backup, new("readWrite", "backup_catalog")]),
            ],
        });
        string As(string user) => $"{server.ConnectionString.Replace("mongodb://", $"mongodb://{user}:secret@", StringComparison.Ordinal)}&authSource=admin";
        using var work = new CliWorkspace(As(source));
        if (catalogue is null) work.Settings.Remove(SettingNames.CatalogUri);
        else work.Settings[SettingNames.CatalogUri] = As(catalogue);

        var findings = (await work.Run("doctor --json")).Ended(exitCode).Result.GetProperty("findings").EnumerateArray().ToList();
        var found = findings.Single(f => f.GetProperty("check").GetString() == "catalogue");
        var (status, hint) = (found.GetProperty("status").GetString(), found.GetProperty("hint").GetString());
        (status, hint).ShouldBe(exitCode == 0 ? ("ok", null) : ("failed", "grant it the role readWrite on backup_catalog"));
        findings.Single(f => f.GetProperty("check").GetString() == "rights").GetProperty("status").GetString().ShouldBe("ok");
    }
}
