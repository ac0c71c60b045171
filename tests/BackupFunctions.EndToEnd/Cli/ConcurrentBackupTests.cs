namespace BackupFunctions.EndToEnd.Cli;

public sealed class ConcurrentBackupTests(MongoFixture mongo) : IClassFixture<MongoFixture>
{
    [Theory, InlineData(true), InlineData(false)]
    public async Task Two_backups_at_once_are_both_recorded(bool repositoryExists)
    {
        using var work = new CliWorkspace(mongo.Source);
        if (repositoryExists) await work.BackUp();

        var outcomes = await Task.WhenAll(Task.Run(() => work.Run("backup full --json")), Task.Run(() => work.Run("backup full --json")));

        foreach (var outcome in outcomes) outcome.Ended(0);
        (await work.Listed()).Count.ShouldBe(repositoryExists ? 3 : 2);
        foreach (var outcome in outcomes)
            (await work.Run($"verify {outcome.Result.GetProperty("backup").GetProperty("id").GetString()}")).Ended(0);
    }
}
