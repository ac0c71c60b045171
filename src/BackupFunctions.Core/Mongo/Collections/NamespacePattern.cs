using System.Text;
using System.Text.RegularExpressions;

namespace BackupFunctions.Mongo;

/// <summary>
/// A pattern of <c>BACKUP_INCLUDE</c> and <c>BACKUP_EXCLUDE</c>: <c>database.collection</c>, where <c>*</c> stands for any characters, none
/// among them. <c>\*</c>, <c>\,</c> and <c>\\</c> stand for themselves.
/// </summary>
public sealed class NamespacePattern
{
    private readonly string _text;
    private readonly Regex _database, _collection;

    private NamespacePattern(string text, Regex database, Regex collection) => (_text, _database, _collection) = (text, database, collection);

    /// <summary>Whether it names this namespace.</summary>
    public bool Matches(Namespace ns) => _database.IsMatch(ns.Database) && _collection.IsMatch(ns.Collection);

    /// <summary>
    /// Reads a list separated by commas; blanks around a pattern do not count, an empty list has no patterns. What is wrong is a
    /// <see cref="ErrorKind.Configuration"/> error that names the setting.
    /// </summary>
    public static IReadOnlyList<NamespacePattern> ParseList(string? list, string settingName) => Named(settingName, () => ParseList(list));

    /// <summary>As <see cref="ParseList(string?, string)"/>, for callers that name the setting themselves.</summary>
    /// <exception cref="FormatException">A pattern is none; the message starts with it.</exception>
    public static IReadOnlyList<NamespacePattern> ParseList(string? list)
    {
        var patterns = new List<NamespacePattern>();
        var start = 0;
        list ??= "";
        for (var i = 0; i <= list.Length; i++)
        {
            if (i < list.Length && list[i] == '\\') i++;
            else if (i == list.Length || list[i] == ',')
            {
                var text = list[start..i].Trim();
                if (text.Length > 0) patterns.Add(Parse(text));
                start = i + 1;
            }
        }
        return start < list.Length ? throw Invalid(list[start..], "ends with a backslash") : patterns;
    }

    /// <summary>Reads patterns that come one by one.</summary>
    public static IReadOnlyList<NamespacePattern> ParseAll(IEnumerable<string> patterns, string settingName) =>
        Named(settingName, () => [.. patterns.Select(Parse)]);

    /// <inheritdoc/>
    public override string ToString() => _text;

    private static NamespacePattern Parse(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 1 || dot == text.Length - 1) throw Invalid(text, "is not database.collection");
        return new(text, Compile(text[..dot], text), Compile(text[(dot + 1)..], text));
    }

    private static Regex Compile(string part, string text)
    {
        var expression = new StringBuilder(@"\A");
        for (var i = 0; i < part.Length; i++)
        {
            var literal = part[i];
            if (literal == '*')
            {
                expression.Append(".*");
                continue;
            }
            if (literal == '\\')
            {
                if (++i == part.Length || part[i] is not ('*' or ',' or '\\'))
                    throw Invalid(text, @"has a backslash before something other than * , \");
                literal = part[i];
            }
            expression.Append(Regex.Escape(literal.ToString()));
        }
        // Singleline: names may hold newlines
        return new Regex(expression.Append(@"\z").ToString(), RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }

    private static FormatException Invalid(string pattern, string why) => new($"\"{pattern}\" {why}");

    private static IReadOnlyList<NamespacePattern> Named(string settingName, Func<IReadOnlyList<NamespacePattern>> parse)
    {
        try
        {
            return parse();
        }
        catch (FormatException e)
        {
            throw new BackupException(ErrorKind.Configuration, $"read {settingName}: the pattern {e.Message}",
                "write shop.* for a database, shop.orders for a collection, *.* for all; separate by commas", e);
        }
    }
}
