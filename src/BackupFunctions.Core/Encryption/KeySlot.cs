using System.Security.Cryptography;

namespace BackupFunctions.Encryption;

/// <summary>
/// The repository key of one epoch under one key-encryption key: a sealed block whose keys are derived from the key-encryption key as those of
/// data are from the repository key. It is public.
/// </summary>
public sealed class KeySlot
{
    private KeySlot(KeySlotContext context, uint epoch, ReadOnlyMemory<byte> block) => (Context, Epoch, Block) = (context, epoch, block);

    /// <summary>What it is bound to.</summary>
    public KeySlotContext Context { get; }

    /// <summary>The epoch whose key it holds.</summary>
    public uint Epoch { get; }

    /// <summary>The sealed block.</summary>
    public ReadOnlyMemory<byte> Block { get; }

    /// <summary>Reads a slot, which needs no key; fails with <see cref="ErrorKind.Corrupt"/> when it is none or its parameters are out of bounds.</summary>
    public static KeySlot Parse(ReadOnlySpan<byte> block)
    {
        var header = BlockHeader.Parse(block);
        if (header.Type != BlockType.KeySlot) throw BackupException.Corrupt($"read key slot: it is a {header.Type} block");
        if (header.BlockLength != block.Length)
            throw BackupException.Corrupt($"read key slot: it is {block.Length} bytes long and says {header.BlockLength}");
        return new(KeySlotContext.Parse(header.Context.Span), header.Epoch, block.ToArray());
    }

    /// <summary>Seals a repository key of 32 bytes.</summary>
    internal static KeySlot Seal(ReadOnlySpan<byte> keyEncryptionKey, KeySlotContext context, uint epoch, ReadOnlySpan<byte> rk)
    {
        using var keys = RepositoryKeys.Create(keyEncryptionKey, context.Repository, epoch);
        using var sealer = new BlockSealer(keys);
        return new(context, epoch, sealer.Seal(BlockType.KeySlot, 0, true, context.Encode(), rk).Bytes.ToArray());
    }

    /// <summary>The repository key, to be cleared by the caller; null when this key-encryption key does not open the slot.</summary>
    internal byte[]? TryOpen(ReadOnlySpan<byte> keyEncryptionKey)
    {
        using var keys = RepositoryKeys.Create(keyEncryptionKey, Context.Repository, Epoch);
        using var opener = new BlockOpener(keys);
        try
        {
            var rk = opener.Open(Block.Span).Plaintext;
            return rk.Length == KeyDerivation.KeySize ? rk.ToArray() : null;
        }
        catch (BackupException e) when (e.InnerException is AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
