using System.Security.Cryptography;

namespace BackupFunctions.Mongo;

/// <summary>SHA-256 over the bytes of this many consecutive documents.</summary>
public sealed record HashedSegment(long Documents, Hash256 Sha256);

/// <summary>
/// A segment that is not what it was: its number from 0, the index of its first document in the collection, how many documents it should have, and
/// how many it has (less only at the end of the collection). Documents behind the last segment are one more mismatch, which should have none.
/// </summary>
public sealed record SegmentMismatch(int Segment, long FirstDocument, long Expected, long Found);

/// <summary>What was compared.</summary>
public sealed record DocumentComparison(long Documents, long Bytes, IReadOnlyList<SegmentMismatch> Mismatches)
{
    /// <summary>Whether every document is what it was.</summary>
    public bool IsEqual => Mismatches.Count == 0;
}

/// <summary>Compares the documents of a collection, in its read order, with hashes taken before.</summary>
public static class CollectionHasher
{
    /// <summary>Reads all documents once.</summary>
    public static async Task<DocumentComparison> Compare(
        IAsyncEnumerable<RawBatch> batches, IReadOnlyList<HashedSegment> segments, CancellationToken cancellationToken)
    {
        using var run = new Run(segments);
        await foreach (var batch in batches.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            foreach (var document in batch.Documents) run.Add(document.Span);
        }
        return run.Finish();
    }

    private sealed class Run(IReadOnlyList<HashedSegment> segments) : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly List<SegmentMismatch> _mismatches = [];
        private int _segment;
        private long _inSegment, _documents, _bytes;

        public void Add(ReadOnlySpan<byte> document)
        {
            CloseFullSegments();
            if (_segment < segments.Count) _hash.AppendData(document);
            _inSegment++;
            _documents++;
            _bytes += document.Length;
        }

        public DocumentComparison Finish()
        {
            CloseFullSegments();
            for (; _segment < segments.Count; Next()) Mismatch(segments[_segment].Documents);
            if (_inSegment > 0) Mismatch(0);
            return new DocumentComparison(_documents, _bytes, _mismatches);
        }

        private void CloseFullSegments()
        {
            Span<byte> digest = stackalloc byte[Hash256.Size];
            while (_segment < segments.Count && _inSegment == segments[_segment].Documents)
            {
                _hash.GetHashAndReset(digest);
                if (new Hash256(digest) != segments[_segment].Sha256) Mismatch(_inSegment);
                Next();
            }
        }

        private void Mismatch(long expected) => _mismatches.Add(new SegmentMismatch(_segment, _documents - _inSegment, expected, _inSegment));

        private void Next()
        {
            _segment++;
            _inSegment = 0;
        }

        public void Dispose() => _hash.Dispose();
    }
}
