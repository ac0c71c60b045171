using System.Net;
using BackupFunctions.Ambient;
using BackupFunctions.Configuration;
using BackupFunctions.Ipfs.Http;

namespace BackupFunctions.Ipfs;

/// <summary>
/// A trustless gateway (specs.ipfs.tech/http-gateways/trustless-gateway): gives single blocks, which it may fetch from anywhere. Nothing is retried: it is the
/// last that is asked.
/// </summary>
public sealed class Gateway : IBlockSource, IDisposable
{
    private const string RawBlock = "application/vnd.ipld.raw";

    private readonly NodeHttp _http;

    /// <summary>Prepares to ask; nothing is sent yet.</summary>
    public Gateway(NodeSetting setting, IRandomSource random, TimeProvider time) =>
        (Name, _http) = (setting.ToString(), new(NodeApi.Gateway, setting, new(null), random, time));

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>As <see cref="IBlockSource.Get"/> has it; null also when the gateway has looked for the block in vain.</summary>
    public async Task<byte[]?> Get(Cid cid, CancellationToken cancellationToken)
    {
        var call = new NodeCall($"read block {cid} from", cid.ToString(), ("format", "raw")) { Method = HttpMethod.Get, Accept = RawBlock };
        try
        {
            return await _http.Ask(call, a => a.Bytes(BlockReader.MaxBlockSize), cancellationToken);
        }
        catch (BackupException e) when (e.InnerException is NodeAnswerException { Status: HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.GatewayTimeout })
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
