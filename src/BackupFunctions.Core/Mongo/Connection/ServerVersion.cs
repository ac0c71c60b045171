using System.Globalization;

namespace BackupFunctions.Mongo;

/// <summary>A server's version and what we know it can do.</summary>
public readonly record struct ServerVersion(int Major, int Minor, int Patch) : IComparable<ServerVersion>
{
    /// <summary>
    /// Whether <c>insert</c> knows <c>bypassEmptyTsReplacement</c>: 8.0, and what it was given back to, 7.0.13, 6.0.17 and 5.0.29
    /// (SERVER-88750).
    /// </summary>
    public bool KeepsEmptyTimestamps => (Major, Minor) switch
    {
        ( >= 8, _) => true,
        (7, 0) => Patch >= 13,
        (6, 0) => Patch >= 17,
        (5, 0) => Patch >= 29,
        _ => false,
    };

    /// <summary>Whether <c>update</c> takes pipelines, and so can write an empty timestamp: 4.2.</summary>
    public bool UpdatesByPipeline => this >= new ServerVersion(4, 2, 0);

    /// <summary>Reads <c>major.minor.patch</c>; what follows (<c>-rc0</c>) does not count.</summary>
    public static ServerVersion Parse(string text)
    {
        var parts = text.Split('-', '+')[0].Split('.');
        int Part(int index) => parts.Length > index && int.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        return new(Part(0), Part(1), Part(2));
    }

    /// <inheritdoc/>
    public int CompareTo(ServerVersion other) => (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    /// <inheritdoc/>
    public override string ToString() => $"{Major}.{Minor}.{Patch}";

    /// <summary>Older than.</summary>
    public static bool operator <(ServerVersion left, ServerVersion right) => left.CompareTo(right) < 0;

    /// <summary>Newer than.</summary>
    public static bool operator >(ServerVersion left, ServerVersion right) => left.CompareTo(right) > 0;

    /// <summary>Not newer than.</summary>
    public static bool operator <=(ServerVersion left, ServerVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Not older than.</summary>
    public static bool operator >=(ServerVersion left, ServerVersion right) => left.CompareTo(right) >= 0;
}
