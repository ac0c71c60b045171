using System.Text;
using System.Text.RegularExpressions;

namespace BackupFunctions.Mongo;

/// <summary>
/// Where namespaces go: pairs of <c>--ns-from</c> and <c>--ns-to</c> as mongorestore has them. The i-th <c>*</c> of the one stands for what the i-th
/// <c>*</c> of the other matched; with <c>$name$</c> instead, parts change places or repeat. <c>\*</c> and <c>\\</c> stand for themselves. The last pair
/// that matches counts; a namespace that none matches stays.
/// </summary>
public sealed class NamespaceRenames
{
    private const string FromName = "--ns-from", ToName = "--ns-to";

    private readonly IReadOnlyList<Pair> _pairs;

    private NamespaceRenames(IReadOnlyList<Pair> pairs) => _pairs = pairs;

    // the target's parts: text, or the number of a group
    private sealed record Pair(string From, string To, Regex Source, IReadOnlyList<(string? Text, string? Group)> Target)
    {
        /// <summary>All names that it can give.</summary>
        public Regex Result { get; } = Whole(string.Concat(Target.Select(p => p.Text is null ? ".*" : Regex.Escape(p.Text))));
    }

    /// <summary>Everything stays where it is.</summary>
    public static NamespaceRenames None { get; } = new([]);

    /// <summary>Whether there is any pair.</summary>
    public bool IsEmpty => _pairs.Count == 0;

    /// <summary>Reads pairs; what is wrong with one is <see cref="ErrorKind.Configuration"/>.</summary>
    public static NamespaceRenames Parse(IReadOnlyList<string> from, IReadOnlyList<string> to)
    {
        if (from.Count != to.Count)
            throw new BackupException(ErrorKind.Configuration, $"read {FromName}: there are {from.Count} of it and {to.Count} of {ToName}", "give them in pairs");
        return new([.. from.Zip(to, ParsePair)]);
    }

    /// <summary>Where the namespace goes; a result that is none is <see cref="ErrorKind.Configuration"/>.</summary>
    public Namespace Map(Namespace ns)
    {
        var text = ns.ToString();
        foreach (var pair in _pairs.Reverse())
        {
            if (pair.Source.Match(text) is not { Success: true } match) continue;
            var mapped = string.Concat(pair.Target.Select(part => part.Text ?? match.Groups[part.Group!].Value));
            try
            {
                return Namespace.Parse(mapped);
            }
            catch (FormatException e)
            {
                throw new BackupException(ErrorKind.Configuration, $"rename {text} by {FromName} {pair.From} and {ToName} {pair.To}: \"{mapped}\" is not database.collection", inner: e);
            }
        }
        return ns;
    }

    /// <summary>Whether some namespace may get this name from a pair.</summary>
    public bool MayGive(Namespace target) => _pairs.Any(p => p.Result.IsMatch(target.ToString()));

    private static Pair ParsePair(string from, string to)
    {
        var byName = from.Contains('$', StringComparison.Ordinal);
        var (source, target) = (Split(from, byName), Split(to, byName));
        var groups = source.Where(p => p.Group is not null).Select(p => p.Group!).ToList();
        if (groups.Distinct().Count() != groups.Count) throw Invalid(from, to, "a variable stands in the first one twice");
        if (!byName && groups.Count != target.Count(p => p.Group is not null)) throw Invalid(from, to, "they have different numbers of *");
        if (target.FirstOrDefault(p => p.Group is not null && !groups.Contains(p.Group)).Group is { } unknown)
            throw Invalid(from, to, $"the variable {Encoding.UTF8.GetString(Convert.FromHexString(unknown.AsSpan(1)))} is not in the first one");
        var expression = new StringBuilder();
        foreach (var (text, group) in source) expression.Append(text is null ? $"(?<{group}>.*?)" : Regex.Escape(text));
        return new(from, to, Whole(expression.ToString()), target);

        List<(string? Text, string? Group)> Split(string pattern, bool named) => named ? SplitNames(pattern) : SplitStars(pattern);

        List<(string? Text, string? Group)> SplitNames(string pattern)
        {
            var pieces = pattern.Split('$');
            if (pieces.Length % 2 == 0) throw Invalid(from, to, "a $ has no counterpart");
            // group names are letters and digits only, and a variable may have any name
            return [.. pieces.Select((piece, i) => i % 2 == 0 ? (piece, null) : ((string?)null, (string?)$"v{Convert.ToHexString(Encoding.UTF8.GetBytes(piece))}"))];
        }
    }

    // Singleline: names may hold newlines
    private static Regex Whole(string expression) => new($@"\A{expression}\z", RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    private static List<(string? Text, string? Group)> SplitStars(string pattern)
    {
        var parts = new List<(string?, string?)>();
        var text = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '*')
            {
                parts.Add((text.ToString(), null));
                parts.Add((null, $"s{parts.Count}"));
                text.Clear();
            }
            else
            {
                if (pattern[i] == '\\' && i + 1 < pattern.Length && pattern[i + 1] is '*' or '\\') i++;
                text.Append(pattern[i]);
            }
        }
        parts.Add((text.ToString(), null));
        return parts;
    }

    private static BackupException Invalid(string from, string to, string why) =>
        new(ErrorKind.Configuration, $"read {FromName} {from} and {ToName} {to}: {why}", $"write {FromName} 'shop.*' {ToName} 'shop_copy.*'");
}
