using BackupFunctions.Backup;
using BackupFunctions.Manifest;

namespace BackupFunctions.Ipfs.Replication;

/// <summary>
/// Where backups go: so many configured nodes, each of which is to hold everything, and whether a vault beside them keeps a copy for fast recovery.
/// </summary>
public sealed record DeliveryTargets(int Nodes, bool LocalVault);

/// <summary>A node by its place in the configuration (0 or 1; the local vault stands behind them), and the root that it shall hold.</summary>
public sealed record NodeInput(BackupId Backup, Cid Root, int Node);

/// <summary>Input of <see cref="BackupActivities.UploadToNode"/>: the staged segments from this one on.</summary>
public sealed record UploadInput(BackupId Backup, Cid Root, int Node, int From);

/// <summary>What was sent, of how many segments, and where to go on; all is sent when <see cref="Next"/> is <see cref="Segments"/>.</summary>
public sealed record UploadResult(int Next, int Segments, long Blocks, long Bytes);

/// <summary>What was sent; whether the node now holds all of it, pinned.</summary>
public sealed record CopyResult(bool Done, long Blocks, long Bytes);

/// <summary>Whether the root is pinned.</summary>
public sealed record PinResult(bool Pinned);

/// <summary>Input of <see cref="BackupActivities.VerifyNode"/>; <see cref="Seed"/> chooses the slice of a backup that stores very many bytes.</summary>
public sealed record VerifyInput(BackupId Backup, Cid Root, int Node, long StoredBytes, uint Seed);

/// <summary>A copy that was read back and is good, after <see cref="Healed"/> blocks were missing or damaged and came from elsewhere; <see cref="Fault"/> is the first such.</summary>
public sealed record VerifyResult(NodeCopy Copy, long Healed, string? Fault);
