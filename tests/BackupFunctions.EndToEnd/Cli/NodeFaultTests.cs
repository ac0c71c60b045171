using BackupFunctions.Ambient;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>One node that refuses is said by name; what the other one can do alone is done.</summary>
public sealed class NodeFaultTests(MongoFixture mongo) : IClassFixture<MongoFixture>
{
    public static TheoryData<string> Faults => ["a file is in its place", "its id is gone", "it may not be written"];

    [Theory, MemberData(nameof(Faults))]
    public async Task A_backup_goes_to_the_other_node_and_is_degraded(string fault)
    {
        using var work = new CliWorkspace(mongo.Source);
        await work.BackUp();
        Break(work, fault);

        var degraded = (await work.Run("backup full")).FailedWith(3, "no verified copy on IPFS_NODE_2_URL");
        degraded.Out.ShouldContain("degraded");
        degraded.Out.ShouldContain($"IPFS_NODE_2_URL file://{work.PathOf("vault-2")}: ");
        (await work.Listed()).ShouldBe(["degraded", "complete"]);
        (await work.Run($"restore-full latest --uri {mongo.Target} --drop")).Ended(0);
        (await work.Run("verify")).Ended(3).Error.ShouldContain("IPFS_NODE_2_URL");
    }

    [Theory, InlineData("a file is in its place"), InlineData("its id is gone")]
    public async Task Doctor_names_the_node_and_a_hint(string fault)
    {
        using var work = new CliWorkspace(mongo.Source);
        await work.BackUp();
        Break(work, fault);
        var findings = (await work.Run("doctor --json")).Ended(1).Result.GetProperty("findings").EnumerateArray()
            .Where(f => f.GetProperty("status").GetString() == "failed").ToList();
        var finding = findings.ShouldHaveSingleItem();
        finding.GetProperty("check").GetString().ShouldBe("node 2");
        finding.GetProperty("message").GetString()!.ShouldContain("IPFS_NODE_2_URL");
        finding.GetProperty("hint").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_degraded_backup_is_completed_by_the_next_one()
    {
        using var work = new CliWorkspace(mongo.Source);
        await work.BackUp();
        var id = File.ReadAllBytes(work.PathOf("vault-2", "id"));
        File.Delete(work.PathOf("vault-2", "id"));
        await work.BackUp(exitCode: 3);
        File.WriteAllBytes(work.PathOf("vault-2", "id"), id);
        await work.BackUp();
        (await work.Run("verify")).Ended(0);
        (await work.Listed()).ShouldBe(["complete", "complete", "complete"]);
    }

    [Fact]
    public async Task A_degraded_backup_is_completed_by_resume_without_the_source()
    {
        using var work = new CliWorkspace(mongo.Source);
        await work.BackUp();
        var id = File.ReadAllBytes(work.PathOf("vault-2", "id"));
        File.Delete(work.PathOf("vault-2", "id"));
        await work.BackUp(exitCode: 3);
        (await work.Run("resume")).FailedWith(3, "IPFS_NODE_2_URL");
        File.WriteAllBytes(work.PathOf("vault-2", "id"), id);
        work.Settings["MONGODB_URI"] = "mongodb://127.0.0.1:1/?directConnection=true&serverSelectionTimeoutMS=100";
        (await work.Run("resume")).Ended(0).Out.ShouldContain("copied");
        (await work.Listed()).ShouldBe(["complete", "complete"]);
        (await work.Run("resume")).Ended(0).Out.ShouldContain("nothing waits");
    }

    [Fact]
    public async Task A_lost_catalogue_beside_backups_is_no_first_run()
    {
        using var work = new CliWorkspace(mongo.Source);
        await work.BackUp();
        Directory.Delete(work.PathOf("catalogue"), recursive: true);
        (await work.Run("backup full")).FailedWith(1, "IPFS_NODE_1_URL", "catalogue");
    }

    [Fact]
    public async Task A_first_run_that_died_before_its_catalogue_was_written_can_be_repeated()
    {
        using var work = new CliWorkspace(mongo.Source);
        work.Files = new WatchedFiles(path =>
        {
            if (path.EndsWith("head.json", StringComparison.Ordinal)) throw new IOException("the power went");
        });
        (await work.Run("backup full")).FailedWith(1, "MONGODB_CATALOG_URI");
        work.Files = new DiskFiles();
        await work.BackUp();
        (await work.Listed()).ShouldBe(["complete"]);
    }

    private static void Break(CliWorkspace work, string fault)
    {
        switch (fault)
        {
            case "a file is in its place":
                Directory.Delete(work.PathOf("vault-2"), recursive: true);
                File.WriteAllText(work.PathOf("vault-2"), "");
                break;
            case "its id is gone":
                File.Delete(work.PathOf("vault-2", "id"));
                break;
            default:
                work.Files = new WatchedFiles(path =>
                {
                    if (path.StartsWith(work.PathOf("vault-2"), StringComparison.Ordinal)) throw new UnauthorizedAccessException($"Access to the path '{path}' is denied.");
                });
                break;
        }
    }
}
