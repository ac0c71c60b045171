using BackupFunctions.Bson;
using System.Text;
using BackupFunctions.Backup;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Mongo;
using BackupFunctions.Serialization;
using BackupFunctions.Tests.Manifest;
using BackupFunctions.Tests.Mongo;

namespace BackupFunctions.Tests.Serialization;

public class EngineJsonTests
{
    [Fact]
    public void Messages_read_back_as_they_were()
    {
        var entry = Entries.Entry(5);
        Text(EngineJson.Write(EngineJson.Read<BackupEntry>(EngineJson.Write(entry), "entry"))).ShouldBe(Text(EngineJson.Write(entry)));
        ManifestChange change = new BackupRecorded(entry);
        EngineJson.Read<ManifestChange>(EngineJson.Write(change), "change").ShouldBeOfType<BackupRecorded>().Backup.Id.ShouldBe(entry.Id);
    }

    [Fact]
    public void Raw_bson_keeps_every_byte()
    {
        var file = new IndexedFile(1, Cid.Raw([1]), 1, 1, 1, 1, Hash256.Sha256([1]), Mongo.Bson.Raw("{_id: {$numberDecimal: '1.50'}}"));
        EngineJson.Read<IndexedFile>(EngineJson.Write(file), "file").First.ShouldNotBeNull().Bytes().ToArray().ShouldBe(Mongo.Bson.Bytes("{_id: {$numberDecimal: '1.50'}}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"backup\":\"0192f0c0ff007000800000000000000a\"}")]
    [InlineData("{\"backup\":\"0192f0c0ff007000800000000000000a\",\"root\":null,\"node\":0}")]
    [InlineData("{\"backup\":null,\"root\":\"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku\",\"node\":0}")]
    [InlineData("{\"backup\":\"xyz\",\"root\":\"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku\",\"node\":0}")]
    [InlineData("{\"backup\":7,\"root\":\"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku\",\"node\":0}")]
    [InlineData("{\"backup\":\"0192f0c0ff007000800000000000000a\",\"root\":\"nonsense\",\"node\":0}")]
    [InlineData("{\"backup\":\"0192f0c0ff007000800000000000000a\",\"root\":5,\"node\":0}")]
    [InlineData("{\"backup\":\"0192f0c0ff007000800000000000000a\",\"root\":\"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku\",\"node\":\"0\"}")]
    [InlineData("{\"backup\":\"0192f0c0ff007000800000000000000a\",\"root\":\"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku\",\"node\":1.5}")]
    [InlineData("{\"backup\":\"0192f0c0ff007000800000000000000a\",\"root\":\"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku\",\"node\":0} x")]
    public void What_is_not_the_message_is_corrupt_and_named(string json)
    {
        var error = Should.Throw<BackupException>(() => EngineJson.Read<NodeInput>(Encoding.UTF8.GetBytes(json), "the message"));
        (error.Kind, error.Message.StartsWith("read the message", StringComparison.Ordinal)).ShouldBe((ErrorKind.Corrupt, true));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"kind\":\"future\"}")]
    [InlineData("{\"kind\":\"backup\"}")]
    [InlineData("{\"kind\":\"backup\",\"backup\":null}")]
    public void A_change_that_is_not_known_is_corrupt(string json) =>
        Should.Throw<BackupException>(() => EngineJson.Read<ManifestChange>(Encoding.UTF8.GetBytes(json), "change")).Kind.ShouldBe(ErrorKind.Corrupt);

    [Fact]
    public void Json_that_is_nested_without_end_is_corrupt()
    {
        var json = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"backup\":", 10_000)));
        Should.Throw<BackupException>(() => EngineJson.Read<RecordInput>(json, "deep")).Kind.ShouldBe(ErrorKind.Corrupt);
    }

    private static string Text(byte[] json) => Encoding.UTF8.GetString(json);
}
