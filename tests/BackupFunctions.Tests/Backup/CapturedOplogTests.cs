using System.Text.Json.Nodes;
using BackupFunctions.Backup;
using BackupFunctions.Mongo;
using BackupFunctions.Serialization;

namespace BackupFunctions.Tests.Backup;

public class CapturedOplogTests
{
    [Fact]
    public void One_that_was_staged_before_collections_were_followed_is_read()
    {
        var mark = new OplogMark(new(1, 1, 1), Hash256.Sha256([1]));
        var written = JsonNode.Parse(EngineJson.Write(new CapturedOplog(mark, mark, true, false, false, false, [], [], 3) { Created = ["shop.a"], Barrier = "x" }))!.AsObject();
        written.Remove("created").ShouldBeTrue();
        written.Remove("barrier").ShouldBeTrue();
        var read = EngineJson.Read<CapturedOplog>(System.Text.Encoding.UTF8.GetBytes(written.ToJsonString()), "the record");
        (read.NewBytes, read.Created.Count, read.Barrier).ShouldBe((3, 0, null));
    }
}
