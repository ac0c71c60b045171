using BackupFunctions.Bson;
using MongoDB.Bson;
using MongoDB.Driver;

namespace BackupFunctions.Mongo;

/// <summary>
/// A place in the oplog and the cursor behind it. Every cursor starts with the entry of the place, which must be the identical one: so it is
/// proven, each time anew, that what follows joins what was read before.
/// </summary>
internal sealed class OplogCursor(IOplogSource source, OplogMark place)
{
    private IAsyncCursor<RawBsonDocument>? _cursor;
    private bool _primary;

    /// <summary>The last entry that was taken.</summary>
    public OplogMark Place { get; private set; } = place;

    /// <summary>Whether the open cursor has shown the entry of the place.</summary>
    public bool Joined { get; private set; }

    /// <summary>Whether the primary is asked, because another member did not have the entry or lags behind.</summary>
    public bool Primary => _primary;

    /// <summary>
    /// The next entries, without the one of the place; null at the end of what has been written. Calling it again after a failure opens a new
    /// cursor. Throws <see cref="OplogGapException"/> when the entry of the place is gone on the primary too.
    /// </summary>
    public async Task<RawBatch?> Next(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                _cursor ??= await source.Open(Place.Optime, _primary, cancellationToken).ConfigureAwait(false);
                while (await _cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false))
                {
                    var documents = _cursor.Current as IReadOnlyList<RawBsonDocument> ?? [.. _cursor.Current];
                    if (documents.Count == 0) continue;
                    if (Joined) return RawBatch.Over(documents, 0);
                    if (OplogMark.Of(OplogEntry.Read(documents[0].Bytes())) is var first && first != Place)
                    {
                        foreach (var document in documents) document.Dispose();
                        await Missing(first, cancellationToken).ConfigureAwait(false);
                        break;
                    }
                    Joined = true;
                    return RawBatch.Over(documents, 1);
                }
                if (_cursor is null) continue; // to be opened on the primary
                if (!Joined) await Missing(null, cancellationToken).ConfigureAwait(false);
                if (_cursor is null) continue;
                return null;
            }
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <summary>Says that everything up to this entry was taken.</summary>
    public void MoveTo(OplogMark place) => Place = place;

    /// <summary>Reads from the primary from now on.</summary>
    public void MoveToPrimary()
    {
        Close();
        _primary = true;
    }

    /// <summary>Closes the cursor; the next one joins anew.</summary>
    public void Close()
    {
        try
        {
            _cursor?.Dispose();
        }
        catch (Exception e) when (e is MongoException or TimeoutException or IOException)
        {
            // the server that had it is gone, and the cursor with it
        }
        (_cursor, Joined) = (null, false);
    }

    // first: what stands where the entry should be; null when nothing is there yet
    private async Task Missing(OplogMark? first, CancellationToken cancellationToken)
    {
        var otherEntry = first?.Optime.CompareTo(Place.Optime) == 0;
        if (first is null && await source.LastWrite(cancellationToken).ConfigureAwait(false) >= Place.Optime) return; // the member lags behind
        if (!_primary && !otherEntry)
        {
            // members keep oplogs of different lengths
            MoveToPrimary();
            return;
        }
        var oldest = await source.Oldest(_primary, cancellationToken).ConfigureAwait(false);
        var rolledOver = !otherEntry && oldest is not null && oldest > Place.Optime;
        throw new OplogGapException(new(Place, rolledOver ? OplogGapReason.RolledOver : OplogGapReason.RolledBack, oldest));
    }
}
