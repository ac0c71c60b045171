using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Server;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Embedded.Server;

public sealed class DispatcherTests
{
    [Theory]
    [InlineData("frobnicate")]
    [InlineData("isdbgrid")]
    [InlineData("atlasVersion")]
    [InlineData("Ping")]
    public async Task An_unknown_command_is_refused_by_name(string name)
    {
        await using var server = await TestServer.Start();
        using var client = TestServer.Client(server);
        var error = await Should.ThrowAsync<MongoCommandException>(() => client.Run(new BsonDocument(name, 1)));
        (error.Code, error.CodeName, error.ErrorMessage).ShouldBe((59, "CommandNotFound", $"no such command: '{name}'"));
        error.Result["ok"].ShouldBe(0.0);
        error.Result.Contains("$clusterTime").ShouldBeTrue();
    }

    [Fact]
    public async Task A_commands_error_reaches_the_client_with_its_further_fields()
    {
        await using var server = await TestServer.Start(more: commands => commands.Add(
            "fail", _ => throw new CommandException(11000, "DuplicateKey", "E11000", new BsonDocument("keyValue", new BsonDocument("_id", 1)))));
        using var client = TestServer.Client(server);
        var error = await Should.ThrowAsync<MongoCommandException>(() => client.Run(new BsonDocument("fail", 1)));
        error.Code.ShouldBe(11000);
        error.Result["keyValue"].ShouldBe(new BsonDocument("_id", 1));
    }

    [Fact]
    public async Task A_bug_in_one_command_is_told_and_leaves_the_connection_usable()
    {
        await using var server = await TestServer.Start(more: commands => commands.Add("fail", _ => throw new InvalidOperationException("boom")));
        using var client = TestServer.Client(server);
        var error = await Should.ThrowAsync<MongoCommandException>(() => client.Run(new BsonDocument("fail", 1)));
        (error.Code, error.ErrorMessage).ShouldBe((1, "InvalidOperationException: boom"));
        (await client.Run(new BsonDocument("ping", 1)))["ok"].ShouldBe(1.0);
    }

    [Fact]
    public async Task A_transaction_is_refused_instead_of_run_without_its_guarantees()
    {
        await using var server = await TestServer.Start();
        using var client = TestServer.Client(server);
        using var session = await client.StartSessionAsync();
        session.StartTransaction();
        var error = await Should.ThrowAsync<MongoCommandException>(
            () => client.GetDatabase("db").RunCommandAsync<BsonDocument>(session, new BsonDocument("echo", 1)));
        error.Code.ShouldBe(263);
    }

    [Fact]
    public async Task A_reply_longer_than_a_message_may_be_becomes_an_error()
    {
        await using var server = await TestServer.Start(more: commands => commands.Add(
            "huge", _ => ValueTask.FromResult(new BsonDocument("data", new BsonBinaryData(new byte[48_000_000])))));
        using var client = TestServer.Client(server);
        var error = await Should.ThrowAsync<MongoCommandException>(() => client.Run(new BsonDocument("huge", 1)));
        error.Code.ShouldBe(10334);
    }

    [Fact]
    public async Task A_running_command_is_cancelled_when_its_client_leaves()
    {
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.Start(more: commands => commands.Add("wait", context => WaitForEnd(context, running, cancelled)));
        using (var client = await Wire.RawClient.Connect(server.Port))
        {
            await client.Send(Wire.RawClient.Msg(new BsonDocument { { "wait", 1 }, { "$db", "admin" } }));
            await running.Task.WaitAsync(TimeSpan.FromSeconds(20));
        }

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_running_command_is_cancelled_when_the_server_stops()
    {
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = await TestServer.Start(more: commands => commands.Add("wait", context => WaitForEnd(context, running, cancelled)));
        using var client = await Wire.RawClient.Connect(server.Port);
        await client.Send(Wire.RawClient.Msg(new BsonDocument { { "wait", 1 }, { "$db", "admin" } }));
        await running.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await server.DisposeAsync();
        cancelled.Task.IsCompleted.ShouldBeTrue();
    }

    private static async ValueTask<BsonDocument> WaitForEnd(CommandContext context, TaskCompletionSource running, TaskCompletionSource cancelled)
    {
        running.SetResult();
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.Cancellation);
        }
        finally
        {
            cancelled.SetResult();
        }

        return [];
    }
}
