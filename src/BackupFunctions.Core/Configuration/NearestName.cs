namespace BackupFunctions.Configuration;

/// <summary>Finds what somebody probably meant to type.</summary>
public static class NearestName
{
    /// <summary>The candidate with the fewest edits, when these are at most a fifth of its length, and one at least; else null.</summary>
    public static string? Of(string name, IEnumerable<string> candidates) => candidates
        .Select(c => (Name: c, Edits: Edits(name, c)))
        .Where(c => c.Edits <= Math.Max(1, c.Name.Length / 5))
        .OrderBy(c => c.Edits)
        .Select(c => c.Name)
        .FirstOrDefault();

    /// <summary>Levenshtein's distance, ignoring case.</summary>
    private static int Edits(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitute = diagonal + (char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, 1 + Math.Min(row[j], row[j - 1]));
            }
        }
        return row[b.Length];
    }
}
