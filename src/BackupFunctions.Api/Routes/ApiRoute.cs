using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Routes;

/// <summary>
/// One route: method, path (with <c>{id}</c> as ASP.NET Core has it), whether it needs no key, what it is for, its query parameters, the type of its body and of its answer, and the
/// handler.
/// </summary>
public sealed record ApiRoute(string Method, string Path, string Summary, Func<HttpContext, Task<IResult>> Handle)
{
    /// <summary>Whether it is answered without the key.</summary>
    public bool IsAnonymous { get; init; }

    /// <summary>Whether HEAD is answered, too: as <see cref="Method"/> is, without the body.</summary>
    public bool TakesHead { get; init; }

    /// <summary>Every method that it answers.</summary>
    public IReadOnlyList<string> Methods => TakesHead ? [Method, HttpMethods.Head] : [Method];

    /// <summary>Names of query parameters.</summary>
    public IReadOnlyList<string> Query { get; init; } = [];

    /// <summary>The type of the body, or null when it takes none.</summary>
    public Type? Body { get; init; }

    /// <summary>Statuses of a good answer with the type of its body; null for an empty one.</summary>
    public IReadOnlyDictionary<int, Type?> Answers { get; init; } = new Dictionary<int, Type?>();

    /// <summary>What a good answer is. Default: <c>application/json</c>.</summary>
    public string MediaType { get; init; } = "application/json";
}
