using System.Text;

namespace BackupFunctions.Configuration;

/// <summary>
/// Reads the text of a <c>.env</c> file: <c>KEY=VALUE</c> per line, an <c>export</c> in front allowed. A bare value ends at <c> #</c> and is trimmed;
/// <c>'…'</c> is taken as it is; <c>"…"</c> knows <c>\n \r \t \\ \" \$</c>. Values stay on their line. Nothing is expanded. A later line wins.
/// </summary>
public static class DotEnvFile
{
    private const string Example = "MONGODB_URI='mongodb://localhost:27017'";

    /// <summary>The values by name; each line that cannot be read adds a problem that never shows the line's value.</summary>
    public static IReadOnlyDictionary<string, string> Parse(string text, string fileName, ICollection<SettingProblem> problems)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var number = 0;
        foreach (var rawLine in text.TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            var line = rawLine.Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            if (ParseLine(line, values) is { } fault) problems.Add(new($"{fileName} line {number}", fault, Example));
        }
        return values;
    }

    private static string? ParseLine(string line, Dictionary<string, string> values)
    {
        if (line.StartsWith("export ", StringComparison.Ordinal) || line.StartsWith("export\t", StringComparison.Ordinal)) line = line[7..].TrimStart();
        var equals = line.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0) return "has no '='";
        var name = line[..equals].TrimEnd();
        if (!IsName(name)) return "does not start with a name made of letters, digits and underscores";
        var rest = line[(equals + 1)..].TrimStart();
        var fault = rest switch
        {
            ['\'', ..] => SingleQuoted(rest, out var value) ?? Set(value),
            ['"', ..] => DoubleQuoted(rest, out var value) ?? Set(value),
            _ => Set(Bare(rest)),
        };
        return fault is null ? null : $"({name}) {fault}";

        string? Set(string value)
        {
            values[name] = value;
            return null;
        }
    }

    private static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static string Bare(string rest)
    {
        for (var at = 0; at < rest.Length; at++)
            if (rest[at] == '#' && (at == 0 || char.IsWhiteSpace(rest[at - 1]))) return rest[..at].TrimEnd();
        return rest;
    }

    private static string? SingleQuoted(string rest, out string value)
    {
        var end = rest.IndexOf('\'', 1);
        value = end < 0 ? "" : rest[1..end];
        return end < 0 ? "has no closing quote" : Tail(rest[(end + 1)..]);
    }

    private static string? DoubleQuoted(string rest, out string value)
    {
        value = "";
        var text = new StringBuilder();
        for (var at = 1; at < rest.Length; at++)
        {
            if (rest[at] == '"')
            {
                value = text.ToString();
                return Tail(rest[(at + 1)..]);
            }
            if (rest[at] != '\\')
            {
                text.Append(rest[at]);
                continue;
            }
            if (++at == rest.Length) break;
            switch (rest[at])
            {
                case 'n': text.Append('\n'); break;
                case 'r': text.Append('\r'); break;
                case 't': text.Append('\t'); break;
                case '\\' or '"' or '$': text.Append(rest[at]); break;
                default: return "has an unknown escape after a backslash: use single quotes to take text as it is";
            }
        }
        return "has no closing quote";
    }

    private static string? Tail(string tail) => tail.TrimStart() is "" or ['#', ..] ? null : "has text after its closing quote";
}
