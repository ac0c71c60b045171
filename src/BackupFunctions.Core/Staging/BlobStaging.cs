using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using BackupFunctions.Ambient;

namespace BackupFunctions.Staging;

/// <summary>
/// Staging in a container of Azure Blob storage: block blobs <c>&lt;run&gt;/&lt;segment&gt;</c>, each of which appears whole when it is committed. For activities that run on
/// several machines. The container is made when it is first written to.
/// </summary>
public sealed class BlobStaging : IStaging
{
    private const int DeletedAtOnce = 8;
    private readonly BlobContainerClient _container;
    private readonly IRandomSource _random;
    private readonly BlobRequests _requests;

    /// <summary>Takes a client with its retries and its access.</summary>
    public BlobStaging(BlobContainerClient container, IRandomSource random) => (_container, _random, _requests) = (container, random, new(container));

    /// <inheritdoc/>
    public Task<IStagedWriter> Create(string run, string segment, CancellationToken cancellationToken)
    {
        var name = NameOf(run, segment);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IStagedWriter>(new BlobWriter(_requests, _container.GetBlockBlobClient(name), $"stage {name}", _random, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenRead(string run, string segment, CancellationToken cancellationToken)
    {
        var name = NameOf(run, segment);
        return await BlobReader.Open(_requests, _container.GetBlobClient(name), name, cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StagedSegment> List(string run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = $"{StagedName.Valid(run, nameof(run))}/";
        var segments = await Listed($"list staged {run}", token => _container.GetBlobsAsync(new GetBlobsOptions { Prefix = prefix }, token),
            blob => new StagedSegment(blob.Name[prefix.Length..], blob.Properties.ContentLength ?? 0), cancellationToken);
        foreach (var segment in segments.OrderBy(s => s.Name, StringComparer.Ordinal)) yield return segment;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> Runs([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var entries = await Listed("list staged runs", token => _container.GetBlobsByHierarchyAsync(new GetBlobsByHierarchyOptions { Delimiter = "/" }, token),
            entry => entry.IsPrefix ? entry.Prefix.TrimEnd('/') : null, cancellationToken);
        foreach (var run in entries.OfType<string>().Order(StringComparer.Ordinal)) yield return run;
    }

    /// <inheritdoc/>
    public async Task Delete(string run, CancellationToken cancellationToken)
    {
        var prefix = $"{StagedName.Valid(run, nameof(run))}/";
        var action = $"delete staged {run}";
        var names = await Listed(action, token => _container.GetBlobsAsync(new GetBlobsOptions { Prefix = prefix }, token), blob => blob.Name, cancellationToken);
        var width = new ParallelOptions { MaxDegreeOfParallelism = DeletedAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(names, width, async (name, token) =>
            await _requests.Run(action, t => _container.DeleteBlobIfExistsAsync(name, DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: t), token));
    }

    /// <summary>No limit is known: an account holds more than any backup.</summary>
    public Task<long?> FreeBytes(CancellationToken cancellationToken) => Task.FromResult<long?>(null);

    private Task<List<TResult>> Listed<TItem, TResult>(
        string action, Func<CancellationToken, AsyncPageable<TItem>> items, Func<TItem, TResult> convert, CancellationToken cancellationToken) where TItem : notnull =>
        _requests.Run(action, async token =>
        {
            var results = new List<TResult>();
            try
            {
                await foreach (var item in items(token)) results.Add(convert(item));
            }
            catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
            {
                // nothing was ever staged
            }
            return results;
        }, cancellationToken);

    private static string NameOf(string run, string segment) => $"{StagedName.Valid(run, nameof(run))}/{StagedName.Valid(segment, nameof(segment))}";
}
