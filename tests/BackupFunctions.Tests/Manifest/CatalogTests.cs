using BackupFunctions.Ambient;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Tests.Ipfs;
using BackupFunctions.Tests.Mongo.Server;
using BackupFunctions.Tests.Repositories;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Manifest;

public sealed class FileCatalogTests : CatalogConformance, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    protected override ICatalog Open() => new FileCatalog(_directory.File("catalogue"), new DiskFiles());

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_head_that_is_cut_off_is_corrupt_and_not_replaced()
    {
        await Open().TryReplaceHead(null, Head(1), Cancellation);
        var path = Path.Combine(_directory.File("catalogue"), "head.json");
        var half = File.ReadAllBytes(path)[..^10];
        File.WriteAllBytes(path, half);
        (await Should.ThrowAsync<BackupException>(() => Open().ReadHead(Cancellation))).Kind.ShouldBe(ErrorKind.Corrupt);
        (await Should.ThrowAsync<BackupException>(() => Open().TryReplaceHead(Head(1), Head(2), Cancellation))).Kind.ShouldBe(ErrorKind.Corrupt);
        File.ReadAllBytes(path).ShouldBe(half);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_named_with_its_setting()
    {
        File.WriteAllText(_directory.File("occupied"), "");
        var catalog = new FileCatalog(Path.Combine(_directory.File("occupied"), "catalogue"), new DiskFiles());
        var error = await Should.ThrowAsync<BackupException>(() => catalog.TryReplaceHead(null, Head(1), Cancellation));
        error.Kind.ShouldBe(ErrorKind.Failed);
        error.Message.ShouldContain("MONGODB_CATALOG_URI");
    }
}

public sealed class MongoCatalogTests(MongoServerFixture server) : CatalogConformance, IClassFixture<MongoServerFixture>, IDisposable
{
    private readonly string _database = server.NewDatabase();
    private readonly MongoEndpoint _endpoint = new(_ => Task.FromResult(server.Connection));

    protected override ICatalog Open() => new MongoCatalog(_endpoint, _database, "MONGODB_CATALOG_URI test");

    // the connection is the fixture's
    public void Dispose() => GC.SuppressFinalize(this);

    [Theory]
    [InlineData("{_id: 'head'}")]
    [InlineData("{_id: 'head', repository: 'zz', revision: NumberLong(1), manifest: 'x', keyring: '{}'}")]
    [InlineData("{_id: 'head', repository: '00112233445566778899aabbccddeeff', revision: NumberLong(1), manifest: 'x', keyring: '{}'}")]
    [InlineData("{_id: 'head', repository: '00112233445566778899aabbccddeeff', revision: 'one', manifest: 'x', keyring: '{}'}")]
    public async Task A_head_of_another_shape_is_corrupt(string document)
    {
        await server.Connection.Client.GetDatabase(_database).GetCollection<BsonDocument>("head").InsertOneAsync(BsonDocument.Parse(document), cancellationToken: Cancellation);
        (await Should.ThrowAsync<BackupException>(() => Open().ReadHead(Cancellation))).Kind.ShouldBe(ErrorKind.Corrupt);
    }
}

public class MemoryCatalogTests : CatalogConformance
{
    private readonly MemoryCatalog _catalog = new();

    protected override ICatalog Open() => _catalog;
}
