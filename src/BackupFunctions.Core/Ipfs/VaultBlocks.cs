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
[SuppressMessage("Reliability", "CA1001", Justification = "a SemaphoreSlim whose wait handle is not used holds nothing to dispose")]
internal sealed class VaultBlocks(string directory, IFiles files, IRandomSource random)
{
    private const string Extension = ".car";
    private const long MaxRewritten = 1L << 30;

    private readonly string _latest = Path.Combine(directory, "latest");
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _refreshing = new(1);
    private readonly Dictionary<Hash256, Location> _places = [];
    // second and later copies: one is stored only when the first was found damaged, or by two imports at the same time
    private readonly Dictionary<Hash256, List<Location>> _copies = [];
    private readonly Dictionary<string, string?> _packs = [];
    private string? _seen;
    private int _removals;

    /// <summary>Packs that could not be read, with the reason; empty when all is well.</summary>
    public string Damage
    {
        get
        {
            lock (_lock) return string.Join("; ", _packs.Where(p => p.Value is not null).Select(p => $"{p.Key}: {p.Value}"));
        }
    }

    /// <summary>How often packs went; blocks that were found before may be gone since.</summary>
    public int Removals
    {
        get
        {
            lock (_lock) return _removals;
        }
    }

    /// <summary>Whether a pack has the block.</summary>
    public async ValueTask<bool> Has(Cid cid, CancellationToken cancellationToken)
    {
        // also when it is known: another process may have collected
        await Refresh(cancellationToken);
        return Find(cid.Digest).Length > 0;
    }

    /// <summary>Whether one of the packs that are known by now has the block.</summary>
    public bool Knows(Cid cid) => Find(cid.Digest).Length > 0;

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
        var name = NewName();
        return new(this, name, () => new(files, PathOf(name)));
    }

    /// <summary>Makes a committed pack known here and to other processes.</summary>
    public void Publish(string name, List<PackEntry> entries)
    {
        lock (_lock) Add(name, entries);
        // written and flushed after the pack's rename: on journalling file systems this makes the rename durable as well
        WriteLatest(name);
    }

    /// <summary>
    /// Deletes packs of which nothing is live, and writes the live blocks of others anew where at least a share of their bytes is dead; ends early after very many bytes. Nobody may
    /// import meanwhile. Packs that are damaged stay as they are.
    /// </summary>
    public async Task<VaultCollection> Collect(Func<Hash256, bool> isLive, double share, CancellationToken cancellationToken)
    {
        await Refresh(cancellationToken);
        string[] names;
        lock (_lock) names = [.. _packs.Where(p => p.Value is null).Select(p => p.Key)];
        var (freed, written, done, changed) = (0L, 0L, true, false);
        foreach (var name in names)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (written >= MaxRewritten)
            {
                done = false;
                break;
            }
            var (before, after) = await TryCollectPack(name, isLive, share, cancellationToken);
            changed |= before > 0;
            (freed, written) = (freed + before - after, written + after);
        }
        // tells other processes to look again
        if (changed) WriteLatest(NewName());
        return new(done, freed);
    }

    private async Task<(long Before, long After)> TryCollectPack(string name, Func<Hash256, bool> isLive, double share, CancellationToken cancellationToken)
    {
        try
        {
            return await CollectPack(name, isLive, share, cancellationToken);
        }
        catch (FormatException)
        {
            // damaged since it was listed
            return (0, 0);
        }
    }

    // gives the length of the pack when it is gone, and of the one that took its place
    private async Task<(long Before, long After)> CollectPack(string name, Func<Hash256, bool> isLive, double share, CancellationToken cancellationToken)
    {
        var length = files.Length(PathOf(name));
        var (live, dead) = (0L, 0L);
        string? replacement = null;
        List<PackEntry> entries = [];
        await using (var stream = files.OpenRead(PathOf(name)))
        {
            foreach (var (digest, size) in await VaultPack.ReadSizes(stream, cancellationToken))
            {
                if (isLive(digest)) live += size;
                else dead += size;
            }
            if (dead == 0 || (live > 0 && dead < share * (live + dead))) return (0, 0);
            if (live > 0)
            {
                replacement = NewName();
                using var writer = new VaultPackWriter(files, PathOf(replacement));
                await foreach (var block in VaultPack.ReadBlocks(stream, cancellationToken))
                {
                    if (!isLive(block.Cid.Digest)) continue;
                    if (!block.Cid.Matches(block.Data.Span)) return (0, 0);
                    writer.Write(block);
                }
                writer.Commit();
                entries = writer.Entries;
            }
        }
        if (replacement is not null) Publish(replacement, entries);
        files.Delete(PathOf(name));
        Forget(name);
        return (length, replacement is null ? 0 : files.Length(PathOf(replacement)));
    }

    private string NewName()
    {
        var id = new byte[16];
        random.Fill(id);
        return Convert.ToHexStringLower(id);
    }

    private void WriteLatest(string name)
    {
        using var latest = files.Create(_latest);
        latest.Stream.Write(Encoding.ASCII.GetBytes(name));
        latest.Commit();
    }

    /// <summary>Loads packs that others have added and forgets those that they took away; true when there may be any.</summary>
    private async ValueTask<bool> Refresh(CancellationToken cancellationToken)
    {
        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            // read before listing: what is listed then holds every import that had returned
            var latest = ReadLatest();
            if (latest == _seen) return false;
            string[] known;
            lock (_lock) known = [.. _packs.Keys];
            var listed = files.List(directory).Where(f => f.EndsWith(Extension, StringComparison.Ordinal)).ToDictionary(f => Path.GetFileNameWithoutExtension(f));
            foreach (var gone in known.Where(n => !listed.ContainsKey(n))) Forget(gone);
            foreach (var (name, path) in listed)
            {
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
            _removals++;
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
