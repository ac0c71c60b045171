using System.Net.Http.Headers;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using BackupFunctions.Ambient;

namespace BackupFunctions.Staging;

/// <summary>
/// Reads a blob in portions of 4 MiB, each by a request of its own, so that a slow reader holds no connection. All come from the same version of the blob: when
/// it was replaced meanwhile, the next portion fails.
/// </summary>
internal sealed class BlobReader : ForwardReadStream
{
    private const int PortionBytes = 4 * 1024 * 1024;

    private readonly BlobRequests _requests;
    private readonly BlobClient _blob;
    private readonly string _name;
    private byte[] _portion = [];
    private int _at, _end;
    private long _fetched, _length;
    private ETag? _version;

    private BlobReader(BlobRequests requests, BlobClient blob, string name) => (_requests, _blob, _name) = (requests, blob, name);

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _fetched - (_end - _at);
        set => throw new NotSupportedException();
    }

    /// <summary>Fetches the first portion; <see cref="ErrorKind.NotFound"/> when there is no such blob.</summary>
    public static async Task<BlobReader> Open(BlobRequests requests, BlobClient blob, string name, CancellationToken cancellationToken)
    {
        var reader = new BlobReader(requests, blob, name);
        await reader.Fetch(cancellationToken);
        return reader;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_at == _end && _fetched < _length) await Fetch(cancellationToken);
        return Take(buffer.Span);
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (_at == _end && _fetched < _length) Fetch(CancellationToken.None).GetAwaiter().GetResult();
        return Take(buffer);
    }

    private int Take(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _end - _at);
        _portion.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    private Task<bool> Fetch(CancellationToken cancellationToken) => _requests.Run($"read staged {_name}", async token =>
    {
        try
        {
            var options = new BlobDownloadOptions { Range = new(_fetched, PortionBytes), Conditions = new() { IfMatch = _version } };
            using BlobDownloadStreamingResult answer = await _blob.DownloadStreamingAsync(options, token);
            var length = (int)answer.Details.ContentLength;
            if (_portion.Length < length) _portion = new byte[length];
            await answer.Content.ReadExactlyAsync(_portion.AsMemory(0, length), token);
            (_version, _length) = (answer.Details.ETag, answer.Details.ContentRange is { } range ? ContentRangeHeaderValue.Parse(range).Length ?? length : length);
            (_at, _end, _fetched) = (0, length, _fetched + length);
            return true;
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.InvalidRange && _version is null)
        {
            // the range of an empty blob
            return false;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw _requests.Absent(_name, e);
        }
    }, cancellationToken);
}
