using BackupFunctions.Configuration;

namespace BackupFunctions.EndToEnd.Recovery;

/// <summary>Everything that can be lost, two at a time: the table in docs/recovery.md.</summary>
public sealed class DisasterMatrixTests(DisasterFixture fixture) : IClassFixture<DisasterFixture>
{
    private static readonly Loss[] All = Enum.GetValues<Loss>();

    public static TheoryData<Loss, Loss> Pairs =>
        [.. from one in All from other in All where one <= other && !(one == Loss.Node1 && other == Loss.Node2) select new TheoryDataRow<Loss, Loss>(one, other)];

    [Theory, MemberData(nameof(Pairs))]
    public async Task It_is_survived(Loss one, Loss other)
    {
        using var work = fixture.Work.Copy();
        work.Lose(one);
        if (other != one) work.Lose(other);

        (await work.Run($"recover{Survivors(one, other)} --json")).Ended(0).Result.GetProperty("backups").GetInt32().ShouldBe(3);
        await fixture.ShouldRestore(work);
        // and the chain goes on from there
        if (one is Loss.MongoDb or Loss.Node1 or Loss.Node2 || other is Loss.Node1 or Loss.Node2) return;
        (await work.Run("backup incremental")).Ended(0);
    }

    [Fact]
    public async Task Both_nodes_are_too_much_and_it_says_so()
    {
        using var work = fixture.Work.Copy();
        work.Lose(Loss.Node1);
        work.Lose(Loss.Node2);
        work.Lose(Loss.Catalogue);
        (await work.Run("recover")).FailedWith(1, "no node answers", "IPFS_NODE_1_URL", "IPFS_NODE_2_URL");

        // empty ones in their place
        (work.Settings[SettingNames.NodeUrl(1)], work.Settings[SettingNames.NodeUrl(2)]) = ("file://{root}/new-1", "file://{root}/new-2");
        (await work.Run("recover")).FailedWith(10, "no manifest is pinned");
        (await work.Run($"restore-full latest --uri {fixture.Mongo.Target}")).FailedWith(10, "catalogue", "backupfn recover");
    }

    [Fact]
    public async Task A_node_that_does_not_answer_makes_it_partial_and_what_the_other_holds_is_recovered()
    {
        using var work = fixture.Work.Copy();
        work.Lose(Loss.Node2);
        work.Lose(Loss.Catalogue);
        (await work.Run("recover")).FailedWith(3, "IPFS_NODE_2_URL", "--node");
        await fixture.ShouldRestore(work);
    }

    [Fact]
    public async Task An_empty_node_in_the_place_of_a_lost_one_gets_its_copies_by_resume()
    {
        using var work = fixture.Work.Copy();
        work.Lose(Loss.Node2);
        work.Lose(Loss.Catalogue);
        work.Settings[SettingNames.NodeUrl(2)] = "file://{root}/new-2";
        (await work.Run("recover")).Ended(0);
        (await work.Run("resume --json")).Ended(0).Result.GetProperty("copies").GetArrayLength().ShouldBe(3);
        (await work.Run("verify")).Ended(0);

        // the new one alone is now enough
        work.Lose(Loss.Node1);
        work.Lose(Loss.Catalogue);
        (await work.Run("recover --node file://{root}/new-2")).Ended(0);
        await fixture.ShouldRestore(work);
    }

    [Fact]
    public async Task A_catalogue_from_an_old_snapshot_writes_nothing_warns_a_restore_and_is_mended()
    {
        using var work = fixture.Work.Copy();
        var snapshot = work.PathOf("snapshot.json");
        File.Copy(work.PathOf("catalogue", "head.json"), snapshot);
        for (var i = 0; i < 2; i++) await work.BackUp();
        File.Copy(snapshot, work.PathOf("catalogue", "head.json"), overwrite: true);
        var before = Pins(work);

        foreach (var command in new[] { "backup full", "backup incremental", "resume" }) (await work.Run(command)).FailedWith(1, "only knows", "`backupfn recover`");
        Pins(work).ShouldBe(before);
        (await File.ReadAllTextAsync(work.PathOf("catalogue", "head.json"), TestContext.Current.CancellationToken)).ShouldBe(await File.ReadAllTextAsync(snapshot, TestContext.Current.CancellationToken));
        (await work.Run($"restore-full latest --uri {fixture.Mongo.Target} --drop --dry-run")).Ended(0).Error.ShouldContain("`backupfn recover`");

        (await work.Run("recover --json")).Ended(0).Result.GetProperty("backups").GetInt32().ShouldBe(5);
        await work.BackUp();
        (await work.Listed()).Count.ShouldBe(6);
        await fixture.ShouldRestore(work);
    }

    [Fact]
    public async Task An_empty_catalogue_beside_the_backups_stops_a_backup_and_names_recover()
    {
        using var work = fixture.Work.Copy();
        work.Lose(Loss.Catalogue);
        (await work.Run("backup full")).FailedWith(1, "holds repository", "`backupfn recover`");
        (await work.Run("list")).FailedWith(10, "`backupfn recover`");
    }

    private static string Survivors(Loss one, Loss other) =>
        one == Loss.Node1 || other == Loss.Node1 ? " --node file://{root}/vault-2" : one == Loss.Node2 || other == Loss.Node2 ? " --node file://{root}/vault-1" : "";

    private static List<string> Pins(Cli.CliWorkspace work) => [.. work.Snapshot.Where(f => f.Contains("/pins/", StringComparison.Ordinal))];
}
