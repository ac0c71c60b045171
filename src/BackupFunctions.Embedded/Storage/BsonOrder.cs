using MongoDB.Bson;

namespace BackupFunctions.Embedded.Storage;

/// <summary>The server's total order over BSON values of all types.</summary>
internal sealed class BsonOrder : IComparer<RawValue>
{
    public static readonly BsonOrder Instance = new();

    int IComparer<RawValue>.Compare(RawValue x, RawValue y) => Compare(x, y);

    /// <summary>The rank of a type; types of one rank are compared by value.</summary>
    public static int Rank(BsonType type) => type switch
    {
        BsonType.MinKey => -1,
        BsonType.EndOfDocument or BsonType.Undefined => 0,
        BsonType.Null => 5,
        BsonType.Int32 or BsonType.Int64 or BsonType.Double or BsonType.Decimal128 => 10,
        BsonType.String or BsonType.Symbol => 15,
        BsonType.Document => 20,
        BsonType.Array => 25,
        BsonType.Binary => 30,
        BsonType.ObjectId => 35,
        BsonType.Boolean => 40,
        BsonType.DateTime => 45,
        BsonType.Timestamp => 47,
        BsonType.RegularExpression => 50,
        RawValue.DbPointer => 55,
        BsonType.JavaScript => 60,
        BsonType.JavaScriptWithScope => 65,
        BsonType.MaxKey => 127,
        _ => throw RawLayout.Invalid($"unknown type 0x{(int)type:x2}"),
    };

    public static int Compare(RawValue x, RawValue y)
    {
        var ranks = Rank(x.Type) - Rank(y.Type);
        return ranks != 0 ? ranks : CompareSameRank(x, y);
    }

    /// <summary>Compares documents (or arrays) element by element: type, then name, then value; the shorter one is less.</summary>
    public static int CompareElements(RawElements x, RawElements y)
    {
        var right = y.GetEnumerator();
        foreach (var left in x)
        {
            if (!right.MoveNext()) return 1;
            var other = right.Current;
            var order = Rank(left.Value.Type) - Rank(other.Value.Type);
            if (order == 0) order = left.NameBytes.SequenceCompareTo(other.NameBytes);
            if (order == 0) order = CompareSameRank(left.Value, other.Value);
            if (order != 0) return order;
        }
        return right.MoveNext() ? -1 : 0;
    }

    private static int CompareSameRank(RawValue x, RawValue y)
    {
        switch (x.Type)
        {
            case BsonType.Int32 or BsonType.Int64 or BsonType.Double or BsonType.Decimal128:
                return NumberOrder.Compare(x, y);
            case BsonType.String or BsonType.Symbol or BsonType.JavaScript:
                return x.TextBytes.SequenceCompareTo(y.TextBytes);
            case BsonType.Document or BsonType.Array:
                return CompareElements(x.Elements, y.Elements);
            case BsonType.Binary:
                var lengths = x.Int32.CompareTo(y.Int32);
                return lengths != 0 ? lengths : x.Span[4..].SequenceCompareTo(y.Span[4..]);
            case BsonType.ObjectId or BsonType.Boolean or BsonType.RegularExpression:
                return x.Span.SequenceCompareTo(y.Span);
            case BsonType.DateTime:
                return x.Int64.CompareTo(y.Int64);
            case BsonType.Timestamp:
                return x.UInt64.CompareTo(y.UInt64);
            case RawValue.DbPointer:
                return x.Length != y.Length ? x.Length.CompareTo(y.Length) : x.Span.SequenceCompareTo(y.Span);
            case BsonType.JavaScriptWithScope:
                var code = RawLayout.Code(x).TextBytes.SequenceCompareTo(RawLayout.Code(y).TextBytes);
                return code != 0 ? code : CompareElements(RawLayout.Scope(x).Elements, RawLayout.Scope(y).Elements);
            default:
                return 0;
        }
    }
}
