using System.Diagnostics.CodeAnalysis;
using System.Text;
using BackupFunctions.Ambient;

namespace BackupFunctions.Ipfs;

/// <summary>
/// The blocks of a vault: <c>packs/&lt;random&gt;.car</c>, one per import, never changed; and <c>packs/latest</c>, which names the last one.
/// The map from digest to pack is kept in memory (about 60 bytes per block) and read from the packs' indexes when first needed. Another
/// process that adds a pack also changes <c>latest</c>: one small read per block that is not found tells whether to list again.
/// Errors are those of <see cref="IFiles"/>. Thread-safe.
/// </summary>
/// <remarks>
/// A collection of unpinned blocks would mark from the pins, write the live blocks of packs that are mostly dead into a new pack, change
/// <c>latest</c>, and then delete the old ones: a reader that finds its pack gone lists again. <see cref="VaultNode"/> would also have to
/// forget which nodes it found complete, and pins would have to exclude a collection, as they do in Kubo.
/// </remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "a SemaphoreSlim whose wait handle is not used holds nothing to dispose")]
internal sealed class VaultBlocks(string directory, IFiles files, IRandomSource random)
{
    private const string Extension = ".car";

    private readonly string _latest = Path.Combine(directory, "latest");
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _refreshing = new(1);
    private readonly Dictionary<Hash256, Location> _places = [];
    // second and later copies: one is stored only when the first was found damaged, or by two imports at the same time
    private readonly Dictionary<Hash256, List<Location>> _copies = [];
    private readonly Dictionary<string, string?> _packs = [];
    private string? _seen;

    /// <summary>Packs that could not be read, with the reason; empty when all is well.</summary>
    public string Damage
    {
        get
        {
            lock (_lock) return string.Join("; ", _packs.Where(p => p.Value is not null).Select(p => $"{p.Key}: {p.Value}"));
        }
    }

    /// <summary>Whether a pack has the block.</summary>
    public async ValueTask<bool> Has(Cid cid, CancellationToken cancellationToken)
    {
        if (Find(cid.Digest).Length > 0) return true;
        await Refresh(cancellationToken);
        return Find(cid.Digest).Length > 0;
    }

    /// <summary>
    /// The bytes of a block; null when no pack has it. Of several copies the first whose bytes are right, or else one that is wrong.
    /// </summary>
    public async Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken)
    {
        // a pack may vanish between the look-up and the read, when another process collects
        for (var attempt = 0; attempt < 3; attempt++)
        {
            if (await GetKnown(cid, cancellationToken) is { } bytes) return bytes;
            // what was to be loaded may have been loaded for somebody else meanwhile
            if (!await Refresh(cancellationToken)) return await GetKnown(cid, cancellationToken);
        }
        return null;
    }

    /// <summary>As <see cref="Get"/>, from the packs that are known by now.</summary>
    public async Task<byte[]?> GetKnown(Cid cid, CancellationToken cancellationToken)
    {
        byte[]? wrong = null;
        var places = Find(cid.Digest);
        foreach (var place in places)
        {
            var bytes = await Read(cid, place, cancellationToken);
            if (bytes is not null && (places.Length == 1 || cid.Matches(bytes))) return bytes;
            wrong ??= bytes;
        }
        return wrong;
    }

    /// <summary>Starts an import, which stores what it is given in one pack.</summary>
    public async Task<VaultImport> StartImport(CancellationToken cancellationToken)
    {
        await Refresh(cancellationToken);
        var id = new byte[16];
        random.Fill(id);
        var name = Convert.ToHexStringLower(id);
        return new(this, name, () => new(files, PathOf(name)));
    }

    /// <summary>Makes a committed pack known here and to other processes.</summary>
    public void Publish(string name, List<PackEntry> entries)
    {
        lock (_lock) Add(name, entries);
        // written and flushed after the pack's rename: on journalling file systems this makes the rename durable as well
        using var latest = files.Create(_latest);
        latest.Stream.Write(Encoding.ASCII.GetBytes(name));
        latest.Commit();
    }

    /// <summary>Loads packs that others have added; true when there may be any.</summary>
    private async ValueTask<bool> Refresh(CancellationToken cancellationToken)
    {
        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            // read before listing: what is listed then holds every import that had returned
            var latest = ReadLatest();
            if (latest == _seen) return false;
            foreach (var path in files.List(directory).Where(f => f.EndsWith(Extension, StringComparison.Ordinal)))
            {
                var name = Path.GetFileNameWithoutExtension(path);
                lock (_lock)
                {
                    if (_packs.ContainsKey(name)) continue;
                }
                await Load(name, path, cancellationToken);
            }
            _seen = latest;
            return true;
        }
        finally
        {
            _refreshing.Release();
        }
    }

    // 32 bytes: not worth a thread
    private string ReadLatest()
    {
        if (!files.Exists(_latest)) return "";
        using var reader = new StreamReader(files.OpenRead(_latest), Encoding.ASCII);
        return reader.ReadToEnd();
    }

    private async Task Load(string name, string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = files.OpenRead(path);
            var entries = await VaultPack.ReadEntries(stream, cancellationToken);
            lock (_lock) Add(name, entries);
        }
        catch (FormatException e)
        {
            lock (_lock) _packs[name] = e.Message;
        }
        catch (FileNotFoundException)
        {
            // collected since it was listed
        }
    }

    private void Add(string name, List<PackEntry> entries)
    {
        if (!_packs.TryAdd(name, null)) return;
        _places.EnsureCapacity(_places.Count + entries.Count);
        foreach (var (digest, offset) in entries)
        {
            if (_places.TryAdd(digest, new(name, offset))) continue;
            if (_copies.TryGetValue(digest, out var copies)) copies.Add(new(name, offset));
            else _copies[digest] = [new(name, offset)];
        }
    }

    private Location[] Find(Hash256 digest)
    {
        lock (_lock)
        {
            if (!_places.TryGetValue(digest, out var place)) return [];
            return _copies.TryGetValue(digest, out var copies) ? [place, .. copies] : [place];
        }
    }

    private async Task<byte[]?> Read(Cid cid, Location place, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = files.OpenRead(PathOf(place.Pack));
            return await VaultPack.ReadBlock(stream, new(cid.Digest, place.Offset), cancellationToken);
        }
        catch (FileNotFoundException)
        {
            Forget(place.Pack);
            return null;
        }
    }

    private void Forget(string pack)
    {
        lock (_lock)
        {
            if (!_packs.Remove(pack)) return;
            foreach (var digest in _places.Where(p => p.Value.Pack == pack).Select(p => p.Key).ToList())
            {
                _places.Remove(digest);
                if (!_copies.Remove(digest, out var copies)) continue;
                _places[digest] = copies[0];
                if (copies.Count > 1) _copies[digest] = copies[1..];
            }
            foreach (var copies in _copies.Values) copies.RemoveAll(p => p.Pack == pack);
            foreach (var digest in _copies.Where(c => c.Value.Count == 0).Select(c => c.Key).ToList()) _copies.Remove(digest);
        }
    }

    private string PathOf(string pack) => Path.Combine(directory, pack + Extension);

    private readonly record struct Location(string Pack, long Offset);
}
