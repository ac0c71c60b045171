using BackupFunctions.Configuration;
using BackupFunctions.Telemetry;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Problems;

/// <summary>Makes problems, and the one place where errors become HTTP statuses.</summary>
public static class ProblemResults
{
    private const string ContentType = "application/problem+json";

    /// <summary>A problem as an answer.</summary>
    public static IResult Of(Problem problem) => Results.Json(problem, ApiJson.Options, ContentType, problem.Status);

    /// <summary>What is wrong with the request itself.</summary>
    public static IResult BadRequest(string detail, string? hint = null) => Of(Make("bad_request", "the request is not right", StatusCodes.Status400BadRequest, detail) with { Hint = hint });

    /// <summary>Nothing of this name.</summary>
    public static IResult NotFound(string detail, string? hint = null) => Of(Make("not_found", "not found", StatusCodes.Status404NotFound, detail) with { Hint = hint });

    /// <summary>No key, or the wrong one.</summary>
    public static IResult Unauthorized() => Of(Make("unauthorized", "the key is missing or wrong", StatusCodes.Status401Unauthorized, null) with { Hint = $"send it in the header {ApiKey.Header}" });

    /// <summary>No key is set, and the request is not one of this machine's own programs.</summary>
    public static IResult NotLocal() => Of(Make("forbidden", "without a key only this machine may ask, at a loopback address and not from a page of another site", StatusCodes.Status403Forbidden, null) with { Hint = "set BACKUP_API_KEY and send it" });

    /// <summary>A problem of a kind that is no error of the engine.</summary>
    public static Problem Make(string kind, string title, int status, string? detail) => new($"urn:backupfunctions:problem:{kind}", title, status, detail);

    /// <summary>Runs a handler; what it throws becomes a problem, without secrets.</summary>
    public static async Task<IResult> Guard(SecretRedactor redactor, HttpContext http, Func<Task<IResult>> handler)
    {
        try
        {
            return await handler();
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            throw;
        }
        catch (BadHttpRequestException e)
        {
            return Of(Make("bad_request", "the request is not right", e.StatusCode, e.Message));
        }
        catch (Exception e)
        {
            return Of(From(e, redactor));
        }
    }

    /// <summary>An error as a problem.</summary>
    public static Problem From(Exception error, SecretRedactor redactor)
    {
        var (kind, hint) = ExitCodes.Classify(error);
        var known = error is BackupException or Workflows.ActivityFailedException;
        var (status, title) = known ? StatusOf(kind) : (StatusCodes.Status500InternalServerError, "something unexpected happened");
        return Make(known ? Human.Word(kind) : "unexpected", title, status, redactor.Redact(ErrorText.ForUser(error))) with { Hint = hint is null ? null : redactor.Redact(hint) };
    }

    private static (int Status, string Title) StatusOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Configuration => (StatusCodes.Status400BadRequest, "the request or the settings are not right"),
        ErrorKind.NotFound => (StatusCodes.Status404NotFound, "not found"),
        ErrorKind.Locked => (StatusCodes.Status409Conflict, "another run holds it"),
        ErrorKind.Conflict => (StatusCodes.Status409Conflict, "the nodes know more than the catalogue"),
        ErrorKind.OplogGap => (StatusCodes.Status422UnprocessableEntity, "it lies in a gap of the oplog"),
        ErrorKind.WrongKey => (StatusCodes.Status500InternalServerError, "the key does not open this repository"),
        ErrorKind.Corrupt => (StatusCodes.Status500InternalServerError, "bytes are not what was written"),
        _ => (StatusCodes.Status502BadGateway, "MongoDB, the catalogue or a node did not do what it should"),
    };
}
