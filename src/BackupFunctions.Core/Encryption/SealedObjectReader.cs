namespace BackupFunctions.Encryption;

/// <summary>
/// Opens the blocks of one object in their order and refuses what is missing, swapped, mixed with another object's or left over. The blocks
/// share a type, an epoch and a context. Blocks of two objects with equal contexts (lists have none) cannot be told apart here:
/// whoever names such an object records the CIDs of its blocks.
/// </summary>
public sealed class SealedObjectReader(BlockOpener opener, BlockType type, ReadOnlyMemory<byte>? expectedContext = null)
{
    private BlockHeader? _first;
    private uint _next;

    /// <summary>Whether the last block has been read.</summary>
    public bool Complete { get; private set; }

    /// <summary>Opens the next block; the piece of plaintext is valid until the opener's next call.</summary>
    public ReadOnlyMemory<byte> Open(ReadOnlySpan<byte> block)
    {
        var opened = opener.Open(block);
        var header = opened.Header;
        if (Complete) throw Corrupt($"seq {header.Seq} follows the last block");
        if (header.Type != type) throw Corrupt($"seq {_next} is a {header.Type}");
        if (header.Seq != _next) throw Corrupt($"seq {header.Seq} stands where {_next} should");
        _first ??= header;
        if (header.Epoch != _first.Epoch) throw Corrupt($"seq {header.Seq} is of epoch {header.Epoch}, want {_first.Epoch}");
        if (!header.Context.Span.SequenceEqual((expectedContext ?? _first.Context).Span)) throw Corrupt($"seq {header.Seq} belongs to another object");
        Complete = header.Last;
        _next++;
        return opened.Plaintext;
    }

    /// <summary>Fails with <see cref="ErrorKind.Corrupt"/> unless the last block has been read.</summary>
    public void Finish()
    {
        if (!Complete) throw Corrupt($"truncated after {_next} blocks");
    }

    private BackupException Corrupt(string what) => BackupException.Corrupt($"open {type} object: {what}");
}
