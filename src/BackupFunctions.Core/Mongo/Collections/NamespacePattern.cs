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

    /// <summary>Reads a list separated by commas; blanks around a pattern do not count, an empty list has no patterns.</summary>
    public static IReadOnlyList<NamespacePattern> ParseList(string? list, string settingName)
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
                if (text.Length > 0) patterns.Add(Parse(text, settingName));
                start = i + 1;
            }
        }
        return start < list.Length ? throw Invalid(settingName, list[start..], "ends with a backslash") : patterns;
    }

    /// <summary>Reads patterns that come one by one.</summary>
    public static IReadOnlyList<NamespacePattern> ParseAll(IEnumerable<string> patterns, string settingName) => [.. patterns.Select(p => Parse(p, settingName))];

    /// <inheritdoc/>
    public override string ToString() => _text;

    private static NamespacePattern Parse(string text, string settingName)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 1 || dot == text.Length - 1) throw Invalid(settingName, text, "is not database.collection");
        return new(text, Compile(text[..dot], text, settingName), Compile(text[(dot + 1)..], text, settingName));
    }

    private static Regex Compile(string part, string text, string settingName)
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
                    throw Invalid(settingName, text, @"has a backslash before something other than * , \");
                literal = part[i];
            }
            expression.Append(Regex.Escape(literal.ToString()));
        }
        // Singleline: names may hold newlines
        return new Regex(expression.Append(@"\z").ToString(), RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }

    private static BackupException Invalid(string settingName, string pattern, string why) => new(ErrorKind.Configuration,
        $"read {settingName}: the pattern \"{pattern}\" {why}", "write shop.* for a database, shop.orders for a collection, *.* for all; separate by commas");
}
