using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Query;

internal enum ComparisonKind
{
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// <summary>
/// <c>$eq $gt $gte $lt $lte</c>: only values of the operand's type rank are compared, but null stands for missing and undefined too, and
/// MinKey and MaxKey compare with everything. NaN equals NaN and is neither above nor below anything.
/// </summary>
internal sealed class Comparison(ComparisonKind kind, RawValue operand) : ValueTest
{
    public ComparisonKind Kind => kind;

    public RawValue Operand => operand;

    public override bool Matches(RawValue value)
    {
        if (operand.Type is BsonType.MinKey or BsonType.MaxKey) return !value.IsMissing && Holds(BsonOrder.Compare(value, operand));
        if (value.IsNullish || operand.IsNullish) return value.IsNullish && operand.IsNullish && Holds(0);
        if (BsonOrder.Rank(value.Type) != BsonOrder.Rank(operand.Type)) return false;
        if (value.IsNumber && (NumberOrder.IsNaN(value) || NumberOrder.IsNaN(operand)))
        {
            return NumberOrder.IsNaN(value) && NumberOrder.IsNaN(operand) && Holds(0);
        }
        return Holds(BsonOrder.Compare(value, operand));
    }

    private bool Holds(int order) => kind switch
    {
        ComparisonKind.Equal => order == 0,
        ComparisonKind.Greater => order > 0,
        ComparisonKind.GreaterOrEqual => order >= 0,
        ComparisonKind.Less => order < 0,
        _ => order <= 0,
    };
}

/// <summary><c>$in</c>: equal to one of the values, or matching one of the regular expressions among them.</summary>
internal sealed class InTest : ValueTest
{
    private readonly SortedSet<RawValue> _values = new(BsonOrder.Instance);
    private readonly List<RegexTest> _patterns = [];
    private readonly bool _null;

    public InTest(IEnumerable<RawValue> operands)
    {
        foreach (var operand in operands)
        {
            _null |= operand.IsNullish;
            _values.Add(operand);
            if (operand.Type == BsonType.RegularExpression) _patterns.Add(RegexTest.Of(operand));
        }
    }

    /// <summary>The values in order; null when not all of them are plain ones that an index finds.</summary>
    public IReadOnlyCollection<RawValue>? Plain => _patterns.Count == 0 && !_null && !_values.Any(v => v.IsArray) ? _values : null;

    public override bool Matches(RawValue value) =>
        value.IsNullish ? _null : _values.Contains(value) || _patterns.Any(p => p.Matches(value));
}
