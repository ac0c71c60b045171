using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace BackupFunctions.Staging;

/// <summary>
/// Requests to a container, whose failures are told in our words. They are repeated by the client of the storage service and nowhere else. Messages name the
/// container's address without what gives access to it; the service's own text is left out, since it repeats parts of requests.
/// </summary>
internal sealed class BlobRequests(BlobContainerClient container)
{
    private readonly string _place = container.Uri.GetLeftPart(UriPartial.Path);

    /// <summary>Makes a request.</summary>
    public async Task<T> Run<T>(string action, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await request(cancellationToken);
        }
        catch (Exception e) when (IsFailure(e, cancellationToken))
        {
            throw Failure(action, e);
        }
    }

    /// <summary>Makes a request that writes; a container that is not there is made.</summary>
    public Task<T> Write<T>(string action, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken) => Run(action, async token =>
    {
        try
        {
            return await request(token);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await container.CreateIfNotExistsAsync(PublicAccessType.None, cancellationToken: token);
            return await request(token);
        }
    }, cancellationToken);

    /// <summary>The error that says that a segment is not there.</summary>
    public BackupException Absent(string segment, Exception e) =>
        new(ErrorKind.NotFound, $"open staged {segment}: it is not in {_place} (BACKUP_STAGING)", "was staging cleaned, or does this run stage elsewhere?", e);

    /// <summary>The error that says what went wrong, with a hint.</summary>
    public BackupException Failure(string action, Exception e)
    {
        // what is repeated in vain comes with every attempt: the last one says most
        var cause = e is AggregateException { InnerExceptions: [.., var last] } ? last : e;
        var (what, hint) = cause switch
        {
            RequestFailedException { Status: > 0 } answered => ($"{answered.Status} {answered.ErrorCode}".TrimEnd(), HintFor(answered)),
            AuthenticationFailedException => ("no identity is there to sign in with", "give the app a managed identity and name it by AZURE_CLIENT_ID, or sign in with 'az login'"),
            OperationCanceledException => ("it does not answer in time", "is the storage account reachable from here?"),
            _ => (Telemetry.ErrorText.Of(cause), "is the storage account reachable from here, and its name right?"),
        };
        return new(ErrorKind.Failed, $"{action} in {_place} (BACKUP_STAGING): {what}", hint, e);
    }

    private static bool IsFailure(Exception e, CancellationToken cancellationToken) =>
        e is RequestFailedException or AuthenticationFailedException or AggregateException or IOException or HttpRequestException
        || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static string HintFor(RequestFailedException e) => e.Status switch
    {
        401 or 403 => "check the account's key; give an identity the role Storage Blob Data Contributor; does the account's firewall let this machine in, and is its clock right?",
        404 => "make the container, or give the right to make it",
        412 => "another run replaced it while it was read: run again",
        429 or >= 500 => "the storage account is busy or down: run again later; what is staged stays",
        _ => "see the storage account's own log for what it refused",
    };
}
