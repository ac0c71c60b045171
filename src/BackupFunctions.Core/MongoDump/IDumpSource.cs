namespace BackupFunctions.MongoDump;

/// <summary>A dump made by mongodump or in its layout, opened by <see cref="DumpReader"/>. Thread-safe.</summary>
public interface IDumpSource : IAsyncDisposable
{
    /// <summary>What it is, such as <c>mongodump directory</c> or <c>mongodump archive (gzip)</c>.</summary>
    string Describe { get; }

    /// <summary>What it holds, known before any document is read, by database and name. Without the oplog.</summary>
    IReadOnlyList<DumpCollection> Collections { get; }

    /// <summary>Version of the server it was taken from, or null when not told.</summary>
    string? ServerVersion { get; }

    /// <summary>What lies in it that is not read, and why; a sentence each.</summary>
    IReadOnlyList<string> Warnings { get; }

    /// <summary>Whether an oplog was dumped with it. <see cref="ReadAll"/> does not give it.</summary>
    bool HasOplog { get; }

    /// <summary>
    /// Streams the documents of every collection in bounded memory; those of an archive come interleaved. Every document is checked first. May be
    /// called again, which reads from the start.
    /// </summary>
    /// <exception cref="BackupException">Corrupt: the bytes are no dump; the message names file, document and offset.</exception>
    Task ReadAll(IDumpSink sink, CancellationToken ct);
}

/// <summary>Takes what a dump holds. Calls come one after the other; what an implementation throws ends the reading.</summary>
public interface IDumpSink
{
    /// <summary>
    /// Some documents of a collection, in their order: at most 1,000, and 4 MiB or one larger document. The bytes are valid during the call
    /// only.
    /// </summary>
    ValueTask Documents(DumpCollection collection, IReadOnlyList<ReadOnlyMemory<byte>> documents, CancellationToken ct);

    /// <summary>A collection is at its end, and has given so many documents. Comes once for each, views and empty ones as well.</summary>
    ValueTask End(DumpCollection collection, long documents, CancellationToken ct);
}
