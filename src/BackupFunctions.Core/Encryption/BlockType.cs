namespace BackupFunctions.Encryption;

/// <summary>What a sealed block holds; a byte of its header. It decides the form of the context (docs/format.md, "Sealed blocks").</summary>
public enum BlockType : byte
{
    /// <summary>Documents of a collection, or a slice of the oplog. One block, no context.</summary>
    Chunk = 1,

    /// <summary>The list of a file's chunks. No context.</summary>
    List = 2,

    /// <summary>The index of a backup. Context: <see cref="IndexContext"/>.</summary>
    Index = 3,

    /// <summary>A revision of the manifest. Context: <see cref="ManifestContext"/>.</summary>
    Manifest = 4,

    /// <summary>A repository key under a key-encryption key. One block; context: <see cref="KeySlotContext"/>.</summary>
    KeySlot = 5,

    /// <summary>A record that the activities of a run pass on through staging; never uploaded. Context: <see cref="IndexContext"/>.</summary>
    Staged = 6,

    /// <summary>A page of a manifest checkpoint. No context, so that an unchanged page stays the same block.</summary>
    Page = 7,
}
