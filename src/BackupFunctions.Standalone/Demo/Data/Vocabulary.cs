using System.Text;

namespace BackupFunctions.Standalone.Demo.Data;

/// <summary>The words that the data set is made of.</summary>
internal static class Vocabulary
{
    /// <summary>2025-03-01T00:00:00Z in milliseconds since 1970: when the shop opened.</summary>
    public const long Opening = 1_740_787_200_000;

    /// <summary>A year in milliseconds.</summary>
    public const long Year = 365L * 24 * 3600 * 1000;

    public static readonly string[] FirstNames =
    [
        "Aiko", "Amélie", "Anders", "Beatriz", "Björn", "Chidi", "Chloé", "Dmitri", "Elif", "Emma", "Fatima", "Giulia", "Hana", "Hugo", "Ingrid", "Ivan",
        "Jakub", "José", "Jürgen", "Kofi", "Lars", "Léa", "Lucía", "Mateo", "Mei", "Mohamed", "Nadia", "Noah", "Olga", "Omar", "Priya", "Renée", "Sara",
        "Søren", "Tomáš", "Uma", "Viktor", "Wanjiru", "Yusuf", "Zoë", "Αλέξανδρος", "Ольга", "美咲", "지훈",
    ];

    public static readonly string[] LastNames =
    [
        "Andersson", "Baker", "Castro", "Dubois", "Eriksen", "Ferrari", "García", "Hansen", "Ivanov", "Jensen", "Kowalski", "Lefèvre", "Müller", "Nakamura",
        "O'Brien", "Okafor", "Pereira", "Quiroga", "Rossi", "Sánchez", "Schröder", "Şahin", "Tanaka", "Ünal", "van den Berg", "Weiß", "Ximénez", "Yılmaz",
        "Zhang", "Ångström", "Ødegård", "Łukasik", "Παπαδόπουλος", "Смирнова", "佐藤",
    ];

    public static readonly (string Country, string City, string Currency)[] Places =
    [
        ("DE", "Köln", "EUR"), ("DE", "Leipzig", "EUR"), ("FR", "Lyon", "EUR"), ("FR", "Nîmes", "EUR"), ("ES", "Málaga", "EUR"), ("IT", "Torino", "EUR"),
        ("PL", "Łódź", "PLN"), ("SE", "Malmö", "SEK"), ("DK", "Århus", "DKK"), ("CH", "Zürich", "CHF"), ("GB", "Leeds", "GBP"), ("US", "Portland", "USD"),
        ("BR", "São Paulo", "BRL"), ("JP", "大阪", "JPY"), ("KR", "부산", "KRW"), ("TR", "İzmir", "TRY"), ("KE", "Nakuru", "KES"), ("IN", "Pune", "INR"),
    ];

    public static readonly string[] Categories =
        ["books", "kitchen", "garden", "music", "bicycles", "office", "toys", "outdoor", "electronics", "tea"];

    private static readonly string[] Words =
    [
        "light", "sturdy", "quiet", "hand-made", "steel", "oak", "linen", "small", "large", "folding", "washable", "classic", "bright", "paper", "with",
        "handle", "for", "every", "day", "and", "travel", "from", "recycled", "material", "made", "to", "last", "repairable", "spare", "parts", "included",
        "warm", "colour", "edition", "of", "the", "year", "without", "plastic", "tested", "by", "people", "who", "use", "it", "in", "rain", "snow", "sun",
        "garden", "kitchen", "workshop", "battery", "cable", "lamp", "cup", "pot", "bell", "chain", "seat", "pen", "notebook", "string", "reed",
    ];

    /// <summary>A text of so many words.</summary>
    public static string Text(SeededRandom random, int words)
    {
        var text = new StringBuilder(words * 7);
        for (var i = 0; i < words; i++)
        {
            if (i > 0) text.Append(i % 11 == 0 ? ". " : " ");
            text.Append(random.Pick(Words));
        }
        return text.ToString();
    }

    /// <summary>A time within this many years after the opening, later ones last when <paramref name="position"/> goes from 0 to 1.</summary>
    public static long Time(SeededRandom random, double position) => Opening + (long)(position * Year) + random.Below(60_000);
}
