namespace BackupFunctions.Encryption;

/// <summary>Takes the chunks of a collection in their order, called synchronously by <see cref="DocumentChunker"/>.</summary>
public interface IChunkSink
{
    /// <summary>
    /// One chunk. The plaintext is valid during the call. So many documents end within it: none when it is an inner piece of a document
    /// larger than a chunk. After a chunk that ends the file, a new file begins; the last chunk of a collection always ends its file.
    /// </summary>
    void Chunk(ReadOnlySpan<byte> plaintext, int documentsEnded, bool endsFile);
}
