using BackupFunctions.Ambient;
using BackupFunctions.MongoDump;

namespace BackupFunctions.Tests.MongoDump;

/// <summary>Keeps everything, and checks the promises that a source makes to its sink.</summary>
internal sealed class CollectingSink : IDumpSink
{
    public Dictionary<string, List<byte[]>> Documents { get; } = [];
    public List<string> Ended { get; } = [];
    public int Calls { get; private set; }

    public long Total => Documents.Values.Sum(d => (long)d.Count);

    ValueTask IDumpSink.Documents(DumpCollection collection, IReadOnlyList<ReadOnlyMemory<byte>> documents, CancellationToken ct)
    {
        documents.Count.ShouldBeInRange(1, 1000);
        if (documents.Count > 1) documents.Sum(d => (long)d.Length).ShouldBeLessThanOrEqualTo(4 * 1024 * 1024);
        Ended.ShouldNotContain(collection.ToString());
        Calls++;
        Of(collection.ToString()).AddRange(documents.Select(d => d.ToArray()));
        return ValueTask.CompletedTask;
    }

    ValueTask IDumpSink.End(DumpCollection collection, long documents, CancellationToken ct)
    {
        Of(collection.ToString()).Count.ShouldBe((int)documents);
        Ended.ShouldNotContain(collection.ToString());
        Ended.Add(collection.ToString());
        return ValueTask.CompletedTask;
    }

    /// <summary>All documents of a collection, one behind the other.</summary>
    public byte[] Joined(string collection)
    {
        using var joined = new MemoryStream();
        foreach (var document in Documents[collection]) joined.Write(document);
        return joined.ToArray();
    }

    public static async Task<(IDumpSource Source, CollectingSink Sink)> Read(string path, DumpReadOptions? options = null)
    {
        var source = await DumpReader.Open(path, new DiskFiles(), options, TestContext.Current.CancellationToken);
        var sink = new CollectingSink();
        await source.ReadAll(sink, TestContext.Current.CancellationToken);
        sink.Ended.Order().ShouldBe(source.Collections.Select(c => c.ToString()).Order());
        return (source, sink);
    }

    private List<byte[]> Of(string name)
    {
        if (!Documents.TryGetValue(name, out var list)) Documents.Add(name, list = []);
        return list;
    }
}
