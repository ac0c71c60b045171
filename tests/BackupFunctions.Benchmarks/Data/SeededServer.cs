using BackupFunctions.Embedded.Server;
using BackupFunctions.Embedded.Storage;

namespace BackupFunctions.Benchmarks.Data;

/// <summary>The embedded server with collections that it computes and does not keep.</summary>
internal static class SeededServer
{
    private static readonly (string Name, double Share)[] Collections = [("orders", 0.6), ("invoices", 0.3), ("customers", 0.1)];

    /// <summary>
    /// A server with about this many bytes in three collections. After a change the newest 1 % of each has another revision and 1 % more
    /// follows.
    /// </summary>
    public static Task<EmbeddedMongoServer> Start(long bytes, bool changed, CancellationToken cancellationToken)
    {
        var seeds = Collections.Select((c, seed) =>
        {
            var count = (long)(bytes * c.Share) / BenchmarkDocuments.TypicalLength;
            return changed
                ? new SeededCollection("shop", c.Name, count + (count / 100), ordinal => BenchmarkDocuments.At(ordinal, ordinal < count * 99 / 100 ? 0 : 1, seed))
                : new SeededCollection("shop", c.Name, count, ordinal => BenchmarkDocuments.At(ordinal, 0, seed));
        });
        return EmbeddedMongoServer.Start(new EmbeddedMongoOptions { Seeds = [.. seeds] }, cancellationToken);
    }
}
