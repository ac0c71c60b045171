using BackupFunctions.Backup;
using BackupFunctions.Encryption;
using BackupFunctions.Ipfs;
using BackupFunctions.Mongo;

namespace BackupFunctions.Benchmarks.Sealing;

/// <summary>
/// What a dump activity does between the driver and the disk, with the same classes: cut, plaintext ids, compress, seal, hash, CAR. One per
/// thread.
/// </summary>
internal sealed class SealingPipeline(RepositoryKeys keys) : IDisposable
{
    private readonly BlockSealer _sealer = new(keys);

    /// <summary>Keys of no repository.</summary>
    public static RepositoryKeys NewKeys() => RepositoryKeys.Create(new byte[KeyDerivation.KeySize], new RepositoryId(new byte[RepositoryId.Size]), 1);

    /// <summary>Seals one collection. New blocks go to a CAR without a disk, and to <paramref name="also"/>.</summary>
    public IReadOnlyList<DumpedFile> Seal(IReadOnlyList<ReadOnlyMemory<byte>[]> batches, BaseChunks reusable, Action<Block>? also = null)
    {
        var car = CarWriter.CreateSegment(Stream.Null);
        using var chunker = new DocumentChunker(keys, ChunkingParameters.Small);
        using var files = new FileSealer(_sealer, reusable, car.Write + also, CollectionReadOrder.ById);
        foreach (var batch in batches) chunker.Add(batch, files);
        chunker.Finish(files);
        return files.Files;
    }

    public void Dispose() => _sealer.Dispose();
}
