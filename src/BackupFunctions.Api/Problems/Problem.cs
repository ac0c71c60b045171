namespace BackupFunctions.Api.Problems;

/// <summary>
/// A problem (RFC 9457), sent as <c>application/problem+json</c>: what kind it is, its title, the HTTP status, what happened, what to do about it; and, where they matter, the namespaces or the
/// epoch that it is about and the instance that is in the way.
/// </summary>
public sealed record Problem(string Type, string Title, int Status, string? Detail)
{
    /// <summary>What to do about it.</summary>
    public string? Hint { get; init; }

    /// <summary>Namespaces that have to be confirmed.</summary>
    public IReadOnlyList<string>? Namespaces { get; init; }

    /// <summary>The epoch that has to be confirmed.</summary>
    public uint? Epoch { get; init; }

    /// <summary>The instance that runs.</summary>
    public Hosting.ManagementUris? Running { get; init; }
}
