using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs.Http;

namespace BackupFunctions.Ipfs.Kubo;

/// <summary>
/// A node that speaks Kubo's RPC (docs.ipfs.tech/reference/kubo/rpc): Kubo itself, or js-ipfs, which is asked in another way where it differs. Blocks are
/// built and verified here; the node stores, pins and gives them back.
/// </summary>
public sealed class KuboNode : IIpfsNode, IDisposable
{
    private const int MaxPinName = 255;
    // what js-ipfs says when none is set: the largest integer of JavaScript
    private const long NoLimit = (1L << 53) - 1;
    // a node that loses its client goes on for no longer than that
    private static readonly TimeSpan LongestPin = TimeSpan.FromHours(24);
    // so that a node's own word about its timeout arrives before ours is over
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly NodeHttp _rpc;
    private readonly HeldBlocks _held;
    private volatile KuboSoftware? _software;

    private KuboNode(string name, NodeHttp rpc, TimeProvider time) => (Name, _rpc, _held) = (name, rpc, new(rpc, time));

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Prepares to ask; nothing is sent yet. Fails with <see cref="ErrorKind.Configuration"/> when the certificate authorities cannot be read.</summary>
    public static KuboNode Open(NodeSetting setting, IFiles files, IRandomSource random, TimeProvider time) =>
        new(setting.ToString(), new NodeHttp(NodeApi.Kubo, setting, NodeHandlers.For(setting, files), random, time), time);

    /// <inheritdoc/>
    public void Dispose()
    {
        _held.Dispose();
        _rpc.Dispose();
    }

    /// <inheritdoc/>
    public async Task<NodeIdentity> Identify(CancellationToken cancellationToken)
    {
        const string Action = "identify";
        var software = await Software(cancellationToken);
        var answer = await _rpc.Ask(new(Action, "id"), a => a.Last(), cancellationToken);
        return answer.TextOf("ID") is { Length: > 0 } id ? new(id, software.Agent) : throw _rpc.Failures.Strange(Action, "the answer has no ID");
    }

    /// <inheritdoc/>
    public async Task<bool> Has(Cid cid, CancellationToken cancellationToken)
    {
        var action = $"look for block {cid} on";
        var software = await Software(cancellationToken);
        if (!software.StaysOffline) return await _held.Now(cid, action, cancellationToken);
        try
        {
            var answer = await _rpc.Ask(Offline(action, "block/stat", cid), a => a.Last(), cancellationToken);
            return answer.TextOf("Key") is not null ? true : throw _rpc.Failures.Strange(action, "the answer has no Key");
        }
        catch (BackupException e) when (KuboErrorText.SaysBlockIsMissing(e))
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken)
    {
        var action = $"read block {cid} from";
        var software = await Software(cancellationToken);
        if (!software.StaysOffline && !await _held.Recently(cid, action, cancellationToken)) return null;
        try
        {
            return await _rpc.Ask(Offline(action, "block/get", cid), a => a.Bytes(BlockReader.MaxBlockSize), cancellationToken);
        }
        catch (BackupException e) when (KuboErrorText.SaysBlockIsMissing(e))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    // pinning as a part of the import hangs when a block is missing (Kubo issue 10159)
    public Task<ImportSummary> Import(OpenCar car, CancellationToken cancellationToken) => Import(car, null, cancellationToken);

    /// <summary>
    /// As <see cref="IIpfsNode.ImportHeld"/> has it, by an import that pins its root: no collection can begin before both are done. Such a pin has no name.
    /// </summary>
    public Task<ImportSummary> ImportHeld(OpenCar car, Cid root, string name, CancellationToken cancellationToken) => Import(car, root, cancellationToken);

    private Task<ImportSummary> Import(OpenCar car, Cid? pinned, CancellationToken cancellationToken)
    {
        const string Action = "import blocks into";
        var call = new NodeCall(Action, "dag/import", ("pin-roots", pinned is null ? "false" : "true"), ("stats", "true"), ("cid-base", "base32"));
        return _rpc.Upload(call, new(car, pinned), async (answer, sent) =>
        {
            await foreach (var line in answer.Lines())
            {
                if (line.Member("Root") is { } root && root.TextOf("PinErrorMsg") is { Length: > 0 } problem)
                    throw new NodeAnswerException(HttpStatusCode.OK, problem);
                if (line.Member("Stats") is { } stats && stats.NumberOf("BlockCount") is { } stored && stored != sent.Blocks)
                    throw new NodeAnswerException(HttpStatusCode.OK, $"that it stored {stored} of {sent.Blocks} blocks");
            }
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task Pin(Cid root, string name, CancellationToken cancellationToken) => Pin(root, name, offline: false, cancellationToken);

    /// <summary>Pins it without asking the network for what is missing, which is said at once.</summary>
    public Task Hold(Cid root, string name, CancellationToken cancellationToken) => Pin(root, name, offline: true, cancellationToken);

    private async Task Pin(Cid root, string name, bool offline, CancellationToken cancellationToken)
    {
        if (Encoding.UTF8.GetByteCount(name) > MaxPinName)
            throw new ArgumentException($"pin name is over {MaxPinName} bytes: '{name}'", nameof(name));
        // Kubo would take a pin away, walk the DAG and add it again, under the new name
        if (await IsPinned(root, cancellationToken)) return;
        var software = await Software(cancellationToken);
        var pin = new KuboPin(_rpc, root, $"pin {root} on", Name);
        var call = new NodeCall(pin.Action, "pin/add", ("arg", root.ToString()), ("name", name), ("progress", "true"), ("cid-base", "base32"));
        if (offline) call = call with { Arguments = [.. call.Arguments, ("offline", "true")] };
        // js-ipfs tells no progress: all its time is one wait
        call = software.TellsProgress
            ? call with { Arguments = [.. call.Arguments, Limit(LongestPin)] }
            : call with { Arguments = [.. call.Arguments, Limit(_rpc.Patience)], Patience = _rpc.Patience + Grace };
        await pin.Add(call, token => Has(root, token), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task Unpin(Cid root, CancellationToken cancellationToken)
    {
        try
        {
            await _rpc.Ask(new($"unpin {root} on", "pin/rm", ("arg", root.ToString())), a => a.Last(), cancellationToken);
        }
        catch (BackupException e) when (KuboErrorText.SaysNotPinned(e))
        {
            // it may be repeated with the same effect
        }
    }

    /// <inheritdoc/>
    public async Task<PinnedRoot?> PinOver(Cid block, CancellationToken cancellationToken)
    {
        const string Through = "indirect through ";
        var text = await PinType(block);
        if (text is null) return null;
        var root = !text.StartsWith(Through, StringComparison.Ordinal) ? block
            : Cid.TryParse(text[Through.Length..], out var parent) ? parent
            : throw _rpc.Failures.Strange($"look for pins over block {block} on", $"it is pinned through '{text[Through.Length..]}'");
        await foreach (var pin in Pins(cancellationToken)) if (pin.Root == root) return pin;
        return new(root, "");

        async Task<string?> PinType(Cid cid)
        {
            try
            {
                var call = new NodeCall($"look for pins over block {block} on", "pin/ls", ("arg", cid.ToString()), ("type", "all"), ("cid-base", "base32"));
                var answer = await _rpc.Ask(call, a => a.Last(), cancellationToken);
                return answer.Member("Keys") is { ValueKind: JsonValueKind.Object } keys ? keys.EnumerateObject().Select(k => k.Value.TextOf("Type")).FirstOrDefault() : null;
            }
            catch (BackupException e) when (KuboErrorText.SaysNotPinned(e))
            {
                return null;
            }
        }
    }

    /// <inheritdoc/>
    public async Task Remove(Cid block, CancellationToken cancellationToken)
    {
        var call = new NodeCall($"delete block {block} on", "block/rm", ("arg", block.ToString()), ("force", "true"), ("cid-base", "base32"));
        await _rpc.Ask(call, async answer =>
        {
            await foreach (var line in answer.Lines())
            {
                if (line.TextOf("Error") is { Length: > 0 } problem) throw new NodeAnswerException(HttpStatusCode.OK, problem);
            }
            return true;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> IsPinned(Cid root, CancellationToken cancellationToken)
    {
        try
        {
            var call = new NodeCall($"look for pin {root} on", "pin/ls", ("arg", root.ToString()), ("type", "recursive"), ("cid-base", "base32"));
            var answer = await _rpc.Ask(call, a => a.Last(), cancellationToken);
            return answer.Member("Keys") is { ValueKind: JsonValueKind.Object } keys
                && keys.EnumerateObject().Any(k => Cid.TryParse(k.Name, out var cid) && cid == root && k.Value.TextOf("Type") == "recursive");
        }
        catch (BackupException e) when (KuboErrorText.SaysNotPinned(e))
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task<long?> FreeBytes(CancellationToken cancellationToken)
    {
        const string Action = "ask for the free space of";
        var answer = await _rpc.Ask(new(Action, "repo/stat", ("size-only", "true")), a => a.Last(), cancellationToken);
        if (answer.NumberOf("RepoSize") is not { } used || answer.NumberOf("StorageMax") is not { } max) throw _rpc.Failures.Strange(Action, "the answer has no RepoSize or StorageMax");
        return max >= NoLimit ? null : Math.Max(max - used, 0);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<PinnedRoot> Pins([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = new NodeCall("list pins of", "pin/ls", ("type", "recursive"), ("stream", "true"), ("names", "true"), ("cid-base", "base32"));
        var pins = await _rpc.Ask(call, async answer =>
        {
            var pins = new List<PinnedRoot>();
            await foreach (var line in answer.Lines())
            {
                var text = line.TextOf("Cid") ?? throw _rpc.Failures.Strange(call.Action, "a line has no Cid");
                // other pins of the node have CIDs of any kind
                if (Cid.TryParse(text, out var cid)) pins.Add(new(cid, line.TextOf("Name") ?? ""));
            }
            return pins;
        }, cancellationToken);
        foreach (var pin in pins) yield return pin;
    }

    private static (string Name, string Value) Limit(TimeSpan time) => ("timeout", string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalMilliseconds}ms"));

    private NodeCall Offline(string action, string command, Cid cid) => new(action, command, ("arg", cid.ToString()), ("offline", "true"), Limit(_rpc.Patience))
    {
        Patience = _rpc.Patience + Grace,
    };

    private async Task<KuboSoftware> Software(CancellationToken cancellationToken) =>
        _software ??= KuboSoftware.Of(await _rpc.Ask(new("identify", "version"), a => a.Last(), cancellationToken)) ?? throw _rpc.Failures.Strange("identify", "the answer has no Version");
}
