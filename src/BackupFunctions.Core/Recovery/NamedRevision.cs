using BackupFunctions.Ipfs;

namespace BackupFunctions.Recovery;

/// <summary>A revision that something else than a pin knows: a kit, the catalogue, or whoever asks. Without a number it is what the root says.</summary>
internal sealed record NamedRevision(Cid Root, RepositoryId? Repository, ulong? Revision, string Source);
