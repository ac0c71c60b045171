using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using BackupFunctions.Ambient;

namespace BackupFunctions.Ipfs;

/// <summary>
/// A directory that keeps blocks and pins: the node that needs nothing installed. Layout: <c>id</c> (32 hex digits), <c>packs/</c> and
/// <c>pins/</c> (docs/format.md). Every file appears whole and is never changed, so that several processes can use one vault at once and a
/// crash leaves only hidden pending files. Blocks that no pin reaches stay until <see cref="CollectGarbage"/>.
/// </summary>
public sealed class VaultNode : IIpfsNode
{
    private const int MaxPinName = 255;

    private readonly string _directory;
    private readonly IFiles _files;
    private readonly VaultBlocks _blocks;
    private readonly VaultPins _pins;
    // nodes below which every block was found by an earlier pin of this process: they need no second walk while no pack goes
    private readonly ConcurrentDictionary<Cid, bool> _complete = [];
    private int _completeAt;

    private VaultNode(string name, string directory, IFiles files, IRandomSource random)
    {
        (Name, _directory, _files) = (name, directory, files);
        _blocks = new(Path.Combine(directory, "packs"), files, random);
        _pins = new(Path.Combine(directory, "pins"), files);
    }

    /// <inheritdoc/>
    public string Name { get; }

    private string IdPath => PathOfId(_directory);

    /// <summary>
    /// Opens the vault in a directory, or makes one there. <paramref name="name"/> names it in messages, see <see cref="IIpfsNode.Name"/>.
    /// </summary>
    public static VaultNode Open(string name, string directory, IFiles files, IRandomSource random)
    {
        var vault = new VaultNode(name, Path.GetFullPath(directory), files, random);
        vault.Guard("open vault", () => vault.CreateId(random));
        return vault;
    }

    /// <summary>Whether there is a vault in this directory.</summary>
    public static bool IsIn(string directory, IFiles files) => files.Exists(PathOfId(directory));

    /// <summary>The directory that a <c>file:///path</c> address names.</summary>
    /// <exception cref="BackupException"><see cref="ErrorKind.Configuration"/>: the address is of another kind, or has more than a path.</exception>
    public static string DirectoryOf(Uri address)
    {
        if (address is { IsAbsoluteUri: true, Scheme: "file", Host: "", Query: "", Fragment: "", AbsolutePath.Length: > 1 }) return address.LocalPath;
        throw new BackupException(
            ErrorKind.Configuration,
            $"read vault address '{address}': it is not file:/// and a path",
            "write it as file:///var/lib/backup/vault, with three slashes");
    }

    /// <inheritdoc/>
    public Task<NodeIdentity> Identify(CancellationToken cancellationToken) => Guard("identify", async () =>
    {
        RequireVault();
        await using var stream = _files.OpenRead(IdPath);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return new NodeIdentity((await reader.ReadToEndAsync(cancellationToken)).Trim(), "vault");
    });

    /// <inheritdoc/>
    public Task<bool> Has(Cid cid, CancellationToken cancellationToken) => Guard($"look for block {cid} on", async () =>
    {
        var held = await _blocks.Has(cid, cancellationToken);
        if (!held) RequireVault();
        return held;
    });

    /// <inheritdoc/>
    public async Task<ImportSummary> Import(OpenCar car, CancellationToken cancellationToken)
    {
        const string Action = "import blocks into";
        Guard(Action, RequireVault);
        var (blocks, bytes) = (0L, 0L);
        using var import = await Guard(Action, () => _blocks.StartImport(cancellationToken));
        // only what touches the vault is guarded: an error of the stream is the caller's
        await using var stream = await car(cancellationToken);
        var reader = await CarReader.Open(stream, cancellationToken);
        await foreach (var block in reader.Blocks(cancellationToken))
        {
            await Guard(Action, () => import.Add(block, cancellationToken));
            (blocks, bytes) = (blocks + 1, bytes + block.Data.Length);
        }
        Guard(Action, import.Commit);
        return new(blocks, bytes);
    }

    /// <inheritdoc/>
    public Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken) => Guard($"read block {cid} from", async () =>
    {
        var bytes = await _blocks.Get(cid, cancellationToken);
        if (bytes is null) RequireVault();
        return bytes is null && _blocks.Damage is { Length: > 0 } damage
            ? throw BackupException.Corrupt($"read block {cid} from {Name}: not found, and there are damaged packs: {damage}")
            : bytes;
    });

    /// <inheritdoc/>
    public async Task Pin(Cid root, string name, CancellationToken cancellationToken)
    {
        if (Encoding.UTF8.GetByteCount(name) > MaxPinName)
            throw new ArgumentException($"pin name is over {MaxPinName} bytes: '{name}'", nameof(name));
        if (await IsPinned(root, cancellationToken)) return;
        await ForgetComplete(root, cancellationToken);
        var nodes = new List<Cid>();
        await foreach (var cid in DagWalk.From(root, ReadNode, skip: _complete.ContainsKey, cancellationToken: cancellationToken))
        {
            if (cid.Codec == Cid.DagPbCodec) nodes.Add(cid);
            else if (!_blocks.Knows(cid) && !await Has(cid, cancellationToken)) throw Missing(cid);
        }
        Guard($"pin {root} on", () => _pins.Add(root, name));
        foreach (var node in nodes) _complete[node] = true;

        async Task<byte[]> ReadNode(Cid cid, CancellationToken cancellationToken)
        {
            var bytes = await Get(cid, cancellationToken) ?? throw Missing(cid);
            return cid.Matches(bytes) ? bytes : throw BackupException.Corrupt($"pin {root} on {Name}: node {cid} has wrong bytes");
        }

        BackupException Missing(Cid cid) => BackupException.NotFound($"pin {root} on {Name}: block {cid} is missing", "upload the backup again");
    }

    /// <summary>
    /// Deletes what no pin reaches: packs of which nothing is live, and of others the dead part where it has at least this share of the bytes. No import may run meanwhile, in any process. Fails with
    /// <see cref="ErrorKind.Corrupt"/>, and deletes nothing, when a pinned directory cannot be read: nobody knows what is below it.
    /// </summary>
    public async Task<VaultCollection> CollectGarbage(double share, CancellationToken cancellationToken)
    {
        var (live, nodes) = (new HashSet<Hash256>(), new HashSet<Cid>());
        await foreach (var pin in Pins(cancellationToken))
        {
            await foreach (var cid in DagWalk.From(pin.Root, ReadNode, skip: nodes.Contains, cancellationToken: cancellationToken))
            {
                live.Add(cid.Digest);
                if (cid.Codec == Cid.DagPbCodec) nodes.Add(cid);
            }
        }
        return await Guard("collect garbage of", () => _blocks.Collect(live.Contains, share, cancellationToken));

        async Task<byte[]> ReadNode(Cid cid, CancellationToken token) =>
            await Get(cid, token) is { } bytes && cid.Matches(bytes) ? bytes
            : throw BackupException.Corrupt($"collect garbage of {Name}: node {cid} below a pin is missing or damaged, so that nothing is deleted; verify the backups first");
    }

    // what was complete may have lost blocks that no pin reached
    private async Task ForgetComplete(Cid root, CancellationToken cancellationToken)
    {
        await Has(root, cancellationToken);
        var removals = _blocks.Removals;
        if (Interlocked.Exchange(ref _completeAt, removals) != removals) _complete.Clear();
    }

    /// <summary>Does nothing: a vault collects only under the exclusive lock, when nothing is on its way.</summary>
    public Task Hold(Cid root, string name, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Does nothing, see <see cref="Hold"/>.</summary>
    public Task Release(Cid root, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Always false: nothing is held.</summary>
    public Task<bool> IsHeld(Cid root, CancellationToken cancellationToken) => Task.FromResult(false);

    /// <inheritdoc/>
    public Task Unpin(Cid root, CancellationToken cancellationToken)
    {
        Guard($"unpin {root} on", () =>
        {
            RequireVault();
            _pins.Remove(root);
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<bool> IsPinned(Cid root, CancellationToken cancellationToken) => Guard($"look for pin {root} on", () =>
    {
        RequireVault();
        return Task.FromResult(_pins.Has(root));
    });

    /// <inheritdoc/>
    public Task<long?> FreeBytes(CancellationToken cancellationToken) => Guard("ask for the free space of", () => Task.FromResult<long?>(_files.FreeBytes(_directory)));

    /// <inheritdoc/>
    public async IAsyncEnumerable<PinnedRoot> Pins([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var pins = _pins.List(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await Guard("list pins of", async () =>
        {
            RequireVault();
            return await pins.MoveNextAsync();
        })) yield return pins.Current;
    }

    private static string PathOfId(string directory) => Path.Combine(directory, "id");

    private void CreateId(IRandomSource random)
    {
        if (_files.Exists(IdPath)) return;
        // looked for again, because another process may have made the vault meanwhile
        if (_files.List(Path.Combine(_directory, "packs")).Concat(_files.List(Path.Combine(_directory, "pins"))).Any() && !_files.Exists(IdPath))
            throw new IOException("it holds packs or pins, but its file named id is gone");
        Span<byte> id = stackalloc byte[16];
        random.Fill(id);
        using var file = _files.Create(IdPath);
        file.Stream.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(id)));
        file.Commit();
    }

    /// <summary>A vault whose volume is gone must not look like an empty one.</summary>
    private void RequireVault()
    {
        if (!_files.Exists(IdPath)) throw new DirectoryNotFoundException($"no vault in {_directory}");
    }

    private void Guard(string action, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(action, e);
        }
    }

    private async Task Guard(string action, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(action, e);
        }
    }

    private async Task<T> Guard<T>(string action, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(action, e);
        }
    }

    private BackupException Failure(string action, Exception e) =>
        new(ErrorKind.Failed, $"{action} {Name}: {e.Message}", DiskProblem.HintFor(e, _directory), e);
}
