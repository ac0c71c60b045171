using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Query;

/// <summary><c>$exists: true</c>.</summary>
internal sealed class ExistsTest : ValueTest
{
    public override bool TestsElements => false;

    public override bool Matches(RawValue value) => !value.IsMissing;
}

/// <summary><c>$type</c>: one of these types.</summary>
internal sealed class TypeTest(IReadOnlySet<BsonType> types) : ValueTest
{
    public override bool Matches(RawValue value) => !value.IsMissing && types.Contains(value.Type);
}

/// <summary><c>$mod</c>: both operands whole, the divisor not zero.</summary>
internal sealed class ModTest(long divisor, long remainder) : ValueTest
{
    public override bool Matches(RawValue value)
    {
        if (value.IsMissing || !value.IsNumber || Values.Double(value) is not { } number || !double.IsFinite(number)) return false;
        return divisor == -1 ? remainder == 0 : Values.Long(value)!.Value % divisor == remainder;
    }
}

/// <summary><c>$size</c>: an array of this many elements.</summary>
internal sealed class SizeTest(long size) : ValueTest
{
    public override bool TestsElements => false;

    public override bool Matches(RawValue value) => value.IsArray && value.Elements.Count() == size;
}

/// <summary><c>$elemMatch</c>: an array one of whose elements meets the condition.</summary>
internal sealed class ElementMatchTest(Filter filter, bool ofDocuments) : ValueTest
{
    public override bool TestsElements => false;

    public override bool Matches(RawValue value)
    {
        if (!value.IsArray) return false;
        foreach (var element in value.Elements)
        {
            if (ofDocuments && !element.Value.IsContainer) continue;
            if (filter.Matches(element.Value)) return true;
        }
        return false;
    }
}
