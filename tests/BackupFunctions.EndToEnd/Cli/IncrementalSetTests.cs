using System.Text.Json;
using BackupFunctions.Embedded.Server;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.EndToEnd.Cli;

/// <summary>What can happen to an oplog between two incremental backups: the chain is continuous, or the gap is reported.</summary>
public sealed class IncrementalSetTests : IAsyncLifetime
{
    private EmbeddedMongoServer _server = null!;
    private CliWorkspace _work = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await EmbeddedMongoServer.Start(new() { Members = 3 });
        _work = new(_server.ConnectionString);
        await Write(0, 5);
        (await _work.Run("backup full")).Ended(0);
        await Write(100, 10);
        (await _work.Run("backup incremental")).Ended(0);
    }

    public async ValueTask DisposeAsync()
    {
        _work.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task An_oplog_that_rolled_over_is_a_recorded_gap_and_a_new_full_backup_starts_the_next_window()
    {
        await Write(200, 10);
        _server.Controls.KeepOplogEntries(2);
        var gap = (await _work.Run("backup incremental --json")).Ended(14);
        gap.Result.GetProperty("gaps")[0].GetProperty("reason").GetString().ShouldBe("rolled_over");
        Type(gap.Result.GetProperty("backups")[0]).ShouldBe("full");
        gap.ErrorLine.GetProperty("message").GetString()!.ShouldContain("a new full backup was made");

        await Write(300, 10);
        Type((await _work.Run("backup incremental --json")).Ended(0).Result.GetProperty("backups")[0]).ShouldBe("incremental");
        var windows = (await _work.Run("windows --json")).Ended(0).Lines;
        windows.Select(w => w.GetProperty("message_type").GetString()).ShouldBe(["window", "window", "gap"]);
        windows[2].GetProperty("reason").GetString().ShouldBe("rolled_over");
        windows[2].GetProperty("before").GetString().ShouldBe(windows[1].GetProperty("from").GetString());
    }

    [Fact]
    public async Task A_slice_whose_end_was_rolled_back_is_replaced_from_the_full_backup_on()
    {
        _server.Controls.Rollback(3);
        await Write(200, 10);
        var gap = (await _work.Run("backup incremental --json")).Ended(14).Result;
        var found = gap.GetProperty("gaps")[0];
        found.GetProperty("reason").GetString().ShouldBe("rolled_back");
        found.GetProperty("resumes").GetString().ShouldNotBeNull();
        Type(gap.GetProperty("backups")[0]).ShouldBe("incremental");
        gap.GetProperty("backups")[0].GetProperty("backup").GetProperty("oplog_after").GetString().ShouldBe(found.GetProperty("resumes").GetString());
        (await _work.Run("windows --json")).Ended(0).Lines.Count(w => w.GetProperty("message_type").GetString() == "window").ShouldBe(1);
        (await _work.Run("backup incremental")).Ended(0);
    }

    [Fact]
    public async Task A_secondary_that_lags_behind_costs_time_and_no_entry()
    {
        _server.Controls.Hold(2);
        await Write(200, 10);
        (await _work.Run("backup incremental")).Ended(0);
        _server.Controls.Release(2);
        await Write(300, 10);
        (await _work.Run("backup incremental")).Ended(0);
        await OneWindow(entries: 30);
    }

    [Fact]
    public async Task Clock_jumps_and_a_step_down_leave_the_chain_continuous()
    {
        _server.Controls.JumpClock(TimeSpan.FromDays(42));
        await Write(200, 10);
        (await _work.Run("backup incremental")).Ended(0);
        _server.Controls.JumpClock(TimeSpan.FromHours(-3));
        _server.Controls.StepDown();
        await Write(300, 10);
        (await _work.Run("backup incremental")).Ended(0);
        await OneWindow(entries: null);
    }

    [Fact]
    public async Task No_op_entries_count_for_continuity_and_make_no_slice()
    {
        _server.Controls.WriteNoop();
        (await _work.Run("backup incremental --json")).Ended(0).Result.GetProperty("backups").GetArrayLength().ShouldBe(0);
        await Write(200, 10);
        (await _work.Run("backup incremental")).Ended(0);
        await OneWindow(entries: 20);
    }

    private async Task OneWindow(int? entries)
    {
        var window = (await _work.Run("windows --json")).Ended(0).Result;
        var slices = (await _work.Run("list --type incremental --json")).Ended(0).Lines;
        window.GetProperty("slices").GetArrayLength().ShouldBe(slices.Count);
        if (entries is not null) slices.Sum(s => s.GetProperty("documents").GetInt32()).ShouldBe(entries.Value);
    }

    private async Task Write(int from, int count)
    {
        using var client = new MongoClient(_server.ConnectionString);
        var orders = client.GetDatabase("shop").GetCollection<BsonDocument>("orders").WithWriteConcern(WriteConcern.WMajority);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await orders.InsertManyAsync(Enumerable.Range(from, count).Select(i => new BsonDocument("_id", i)));
                return;
            }
            catch (MongoNotPrimaryException) when (attempt < 50)
            {
                // the driver retries once; an election may take longer until every member is known again
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }
    }

    private static string? Type(JsonElement backup) => backup.GetProperty("backup").GetProperty("type").GetString();
}
