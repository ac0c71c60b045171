using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Server;
using BackupFunctions.Mongo;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFunctions.Tests.Restore;

/// <summary>The role restore alone may neither list indexes nor read: a restore that is refused names both roles that it needs.</summary>
public sealed class RestoreRightsTests
{
    [Theory]
    [InlineData("listIndexes")]
    [InlineData("find")]
    public async Task What_the_target_refuses_names_the_roles_of_a_restore(string refused)
    {
        var refuses = false;
        await using var server = await EmbeddedMongoServer.Start(new()
        {
            OnCommand = name =>
            {
                if (refuses && name == refused) throw new CommandException(MongoErrors.Unauthorized, "Unauthorized", $"not authorized on shop to execute command {name}");
            },
        });
        using var connection = await MongoConnection.Open(server.ConnectionString, "--uri", new MongoConnectionOptions(), TestContext.Current.CancellationToken);
        var writer = new CollectionWriter(connection, await Topology.Read(connection, TestContext.Current.CancellationToken));
        var spec = Mongo.Bson.Spec("shop.items");
        await writer.Create(spec, ExistingCollection.Refuse, TestContext.Current.CancellationToken);
        refuses = true;
        (await Should.ThrowAsync<BackupException>(() => ReadBack(connection, spec))).Hint.ShouldNotBeNull().ShouldContain("restore and readWriteAnyDatabase");
    }

    private static async Task ReadBack(MongoConnection connection, CollectionSpec spec)
    {
        await CollectionLister.Find(connection, spec.Namespace, TestContext.Current.CancellationToken);
        var reader = new RawDocumentReader(connection, NullLogger<RawDocumentReader>.Instance);
        await foreach (var batch in reader.Read(spec, KeyRange.All, TestContext.Current.CancellationToken)) batch.Documents.ShouldBeEmpty();
    }
}
