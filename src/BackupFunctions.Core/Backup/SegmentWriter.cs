using System.Globalization;
using BackupFunctions.Ambient;
using BackupFunctions.Ipfs;
using BackupFunctions.Ipfs.Replication;
using BackupFunctions.Staging;

namespace BackupFunctions.Backup;

/// <summary>
/// Writes blocks into staged CAR segments of about 128 MiB, each with a guard over its blocks at its end. Every writer uses names of its own, so that an
/// activity that is run again cannot overwrite a segment that somebody already counts on.
/// </summary>
internal sealed class SegmentWriter(IStaging staging, string run, string prefix, IRandomSource random) : IAsyncDisposable
{
    private const long TargetBytes = 128L * 1024 * 1024;

    private readonly string _attempt = Unique(random);
    private readonly List<StagedCar> _segments = [];
    private IStagedWriter? _staged;
    private CarWriter? _car;
    private GuardBuilder? _guard;
    private string _name = "";

    /// <summary>The committed segments.</summary>
    public IReadOnlyList<StagedCar> Segments => _segments;

    /// <summary>Bytes of the blocks written.</summary>
    public long BlockBytes { get; private set; }

    /// <summary>Makes sure that a segment is open; call it where waiting is possible, before blocks are written.</summary>
    public async ValueTask Prepare(CancellationToken cancellationToken)
    {
        if (_car is { } open && open.BytesWritten >= TargetBytes) await Close(cancellationToken);
        if (_staged is not null) return;
        _name = string.Create(CultureInfo.InvariantCulture, $"{prefix}-{_attempt}-{_segments.Count:D5}.car");
        _staged = await staging.Create(run, _name, cancellationToken);
        _car = CarWriter.CreateSegment(_staged.Stream);
        _guard = new(_car.Write);
    }

    /// <summary>Writes a block to the open segment.</summary>
    public void Write(Block block)
    {
        (_car ?? throw new InvalidOperationException("no segment is open")).Write(block);
        _guard!.Add(block.Cid);
        BlockBytes += block.Data.Length;
    }

    /// <summary>Commits the open segment, if there is one.</summary>
    public async ValueTask Close(CancellationToken cancellationToken)
    {
        if (_staged is null) return;
        var guard = _guard!.Finish();
        await _staged.Commit(cancellationToken);
        await _staged.DisposeAsync();
        _segments.Add(new(_name, guard));
        (_staged, _car, _guard) = (null, null, null);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_staged is not null) await _staged.DisposeAsync();
        _staged = null;
    }

    private static string Unique(IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[6];
        random.Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
