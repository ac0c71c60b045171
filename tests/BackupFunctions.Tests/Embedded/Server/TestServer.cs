using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Server;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Embedded.Server;

/// <summary>A server whose command <c>echo</c> returns what it was sent, raw.</summary>
internal static class TestServer
{
    public static Task<EmbeddedMongoServer> Start(EmbeddedMongoOptions? options = null, Action<CommandTable>? more = null)
    {
        options ??= new EmbeddedMongoOptions();
        return EmbeddedMongoServer.Start(options, commands =>
        {
            commands.Add("echo", context => ValueTask.FromResult(new BsonDocument
            {
                { "body", context.Body },
                { "documents", new BsonArray(context.Sequence("documents")) },
            }));
            more?.Invoke(commands);
        });
    }

    public static MongoClient Client(EmbeddedMongoServer server, Action<MongoClientSettings>? configure = null) =>
        Client(server.ConnectionString, configure);

    public static MongoClient Client(string connectionString, Action<MongoClientSettings>? configure = null)
    {
        var settings = MongoClientSettings.FromConnectionString(connectionString);
        settings.ServerSelectionTimeout = TimeSpan.FromSeconds(20);
        configure?.Invoke(settings);
        return new MongoClient(settings);
    }

    public static Task<BsonDocument> Run(this IMongoClient client, BsonDocument command, string database = "admin") =>
        client.GetDatabase(database).RunCommandAsync<BsonDocument>(command);

    /// <summary>
    /// The error of a client that cannot connect. A refused login is told by the first command; a refused handshake only by the description of
    /// the server once selecting one has timed out, so the wait is short.
    /// </summary>
    public static async Task<Exception> RefusalOf(string connectionString, Action<MongoClientSettings>? configure = null)
    {
        using var client = Client(connectionString, settings =>
        {
            settings.ServerSelectionTimeout = TimeSpan.FromSeconds(2);
            configure?.Invoke(settings);
        });
        return await Should.ThrowAsync<Exception>(() => client.Run(new BsonDocument("listSomething", 1)));
    }
}
