using BackupFunctions.Bson;

namespace BackupFunctions.MongoDump;

/// <summary>Where the documents of one collection go, and what was seen of them so far.</summary>
/// <param name="Collection">The collection, or null to check documents and drop them.</param>
/// <param name="Label">Name for messages.</param>
internal sealed record DocumentTarget(DumpCollection? Collection, string Label)
{
    /// <summary>Documents so far.</summary>
    public long Count { get; set; }

    /// <summary>Checksum to keep, or null.</summary>
    public Crc64? Checksum { get; init; }
}

/// <summary>Takes documents from a stream, checks each, and gives them on in bounded batches. Not thread-safe.</summary>
internal sealed class DocumentPump(DocumentBuffer buffer, IDumpSink sink, DumpReadOptions options)
{
    private const int MaxBatch = 1000;
    private const int Terminator = -1;
    private readonly List<ReadOnlyMemory<byte>> _batch = [];
    private long _batchBytes;

    /// <summary>Reads until the stream ends, or to the terminator of an archive block, which is taken as well.</summary>
    /// <exception cref="BackupException">Corrupt, with document number and offset.</exception>
    public async Task Run(DocumentTarget target, bool untilTerminator, CancellationToken ct)
    {
        while (true)
        {
            if (!await Have(4, target, ct))
            {
                if (buffer.Available == 0 && !untilTerminator) break;
                throw Fault(target, $"file ends {buffer.Available} bytes into it");
            }
            var length = buffer.PeekInt32();
            if (untilTerminator && length == Terminator)
            {
                buffer.Take(4);
                break;
            }
            if (length is < BsonLayout.MinDocument or > BsonLayout.MaxDocument)
                throw Fault(target, $"length {length} is not between {BsonLayout.MinDocument} and {BsonLayout.MaxDocument}");
            if (!await Have(length, target, ct)) throw Fault(target, $"file ends after {buffer.Available} of its {length} bytes");
            await Take(length, target, ct);
        }
        await Flush(target, ct);
    }

    private async ValueTask Take(int length, DocumentTarget target, CancellationToken ct)
    {
        var position = buffer.Position;
        var document = buffer.Take(length);
        if (BsonValidator.Validate(document.Span, options.CheckArrayNames) is { } fault)
            throw Fault(target, $"{fault.Problem} (at offset {position + fault.Offset})", position);
        target.Checksum?.Append(document.Span);
        target.Count++;
        if (target.Collection is null) return;
        if (_batchBytes + length > DocumentBuffer.Window) await Flush(target, ct);
        _batch.Add(document);
        _batchBytes += length;
        if (_batch.Count == MaxBatch) await Flush(target, ct);
    }

    /// <summary>Gives the batch on before the window moves under it.</summary>
    private async ValueTask<bool> Have(int count, DocumentTarget target, CancellationToken ct)
    {
        if (buffer.Has(count)) return true;
        await Flush(target, ct);
        return await buffer.Fill(count, ct);
    }

    private async ValueTask Flush(DocumentTarget target, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (_batch.Count == 0) return;
        await sink.Documents(target.Collection!, _batch, ct);
        _batch.Clear();
        _batchBytes = 0;
    }

    private BackupException Fault(DocumentTarget target, string problem, long? position = null) =>
        BackupException.Corrupt(
            $"read document {target.Count + 1} of {target.Label} at offset {position ?? buffer.Position} of {buffer.Source}: {problem}");
}
