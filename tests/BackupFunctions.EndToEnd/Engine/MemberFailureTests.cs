using BackupFunctions.Embedded.Server;
using BackupFunctions.EndToEnd.Cli;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Engine;

/// <summary>A full backup of a set whose members come and go while it reads.</summary>
public sealed class MemberFailureTests : IAsyncLifetime
{
    private const int Documents = 20_000;

    private EmbeddedMongoServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await EmbeddedMongoServer.Start(new() { Members = 3 });
        using var client = new MongoClient(_server.ConnectionString);
        var items = client.GetDatabase("shop").GetCollection<BsonDocument>("items");
        await items.InsertManyAsync(Enumerable.Range(0, Documents).Select(i => new BsonDocument { { "_id", i }, { "pad", new string('x', 1_000) } }));
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Failing_over_to_another_member_mid_dump_loses_no_document(bool stepDown)
    {
        using var work = new CliWorkspace(_server.ConnectionString);
        using var over = new CancellationTokenSource();
        var trouble = Trouble(stepDown, over.Token);
        await work.BackUp();
        await over.CancelAsync();
        (await trouble).ShouldBeGreaterThan(0);

        await using var target = await EmbeddedMongoServer.Start(new EmbeddedMongoOptions());
        (await work.Run($"restore-full latest --uri {target.ConnectionString} --ns-include shop.*")).Ended(0);
        using var client = new MongoClient(target.ConnectionString);
        (await client.GetDatabase("shop").GetCollection<BsonDocument>("items").CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty)).ShouldBe(Documents);
    }

    // members are stopped and started, or the primary steps down, over and over while the backup runs; never two at a time
    private async Task<int> Trouble(bool stepDown, CancellationToken over)
    {
        var times = 0;
        for (; times < 200 && !over.IsCancellationRequested; times++)
        {
            if (stepDown) _server.Controls.StepDown();
            else await Restart(times % 3);
            await Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System, CancellationToken.None);
        }
        return times;
    }

    private async Task Restart(int member)
    {
        await _server.Controls.StopMember(member);
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, CancellationToken.None);
        _server.Controls.StartMember(member);
    }
}
