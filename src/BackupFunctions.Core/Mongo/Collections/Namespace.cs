namespace BackupFunctions.Mongo;

/// <summary>A database and a collection in it. Either name may hold anything a server allows: newlines, percent signs, slashes.</summary>
public readonly record struct Namespace(string Database, string Collection) : IComparable<Namespace>
{
    private const string BucketsPrefix = "system.buckets.";

    /// <summary>Whether it holds the buckets of a time series.</summary>
    public bool IsBuckets => Collection.Length > BucketsPrefix.Length && Collection.StartsWith(BucketsPrefix, StringComparison.Ordinal);

    /// <summary>The collection that holds the buckets of the time series of this name.</summary>
    public Namespace Buckets => this with { Collection = BucketsPrefix + Collection };

    /// <summary>The time series whose buckets these are; every other namespace is its own.</summary>
    public Namespace Owner => IsBuckets ? this with { Collection = Collection[BucketsPrefix.Length..] } : this;

    /// <summary>Splits <c>db.collection</c> at its first dot: database names hold none.</summary>
    public static Namespace Parse(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 1 || dot == text.Length - 1) throw new FormatException($"read namespace \"{text}\": it is not database.collection");
        return new(text[..dot], text[(dot + 1)..]);
    }

    /// <summary>Orders by database, then collection, code unit by code unit.</summary>
    public int CompareTo(Namespace other)
    {
        var order = string.CompareOrdinal(Database, other.Database);
        return order == 0 ? string.CompareOrdinal(Collection, other.Collection) : order;
    }

    /// <summary><c>db.collection</c>.</summary>
    public override string ToString() => $"{Database}.{Collection}";

    /// <summary>Orders by name.</summary>
    public static bool operator <(Namespace left, Namespace right) => left.CompareTo(right) < 0;

    /// <summary>Orders by name.</summary>
    public static bool operator >(Namespace left, Namespace right) => left.CompareTo(right) > 0;

    /// <summary>Orders by name.</summary>
    public static bool operator <=(Namespace left, Namespace right) => left.CompareTo(right) <= 0;

    /// <summary>Orders by name.</summary>
    public static bool operator >=(Namespace left, Namespace right) => left.CompareTo(right) >= 0;
}
