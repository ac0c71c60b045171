using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Update;

/// <summary>Changes the items of an array; a missing array counts as empty or is left alone.</summary>
internal abstract class ArrayModification(byte[][] path, string name) : Modification(path)
{
    protected virtual bool MakesArray => false;

    public override void Apply(UpdateNode root, UpdateContext context)
    {
        var current = root.Get(Path);
        if (current.IsMissing && !MakesArray) return;
        if (!current.IsMissing && !current.IsArray)
        {
            throw new CommandException(2, "BadValue", $"The field '{Name}' must be an array but is of type {TypeNames.Of(current)} ({name})");
        }
        var items = new List<RawValue>();
        if (current.IsArray)
        {
            foreach (var element in current.Elements) items.Add(element.Value);
        }
        if (Change(items) || current.IsMissing) root.Set(Path, RawWriter.Array(items));
    }

    /// <summary>Changes the items; false when nothing was to be changed.</summary>
    protected abstract bool Change(List<RawValue> items);

    /// <summary>The values of <c>{$each: [...]}</c>, or the operand itself.</summary>
    protected static List<RawValue> Each(RawValue operand)
    {
        if (!operand.IsDocument || operand["$each"u8] is not { IsMissing: false } each) return [operand];
        if (!each.IsArray) throw new CommandException(14, "TypeMismatch", $"The argument to $each must be an array but it was of type {TypeNames.Of(each)}");
        var values = new List<RawValue>();
        foreach (var element in each.Elements) values.Add(element.Value);
        return values;
    }
}

/// <summary><c>$addToSet</c>.</summary>
internal sealed class AddToSetModification(byte[][] path, RawValue operand) : ArrayModification(path, "$addToSet")
{
    protected override bool MakesArray => true;

    protected override bool Change(List<RawValue> items)
    {
        var before = items.Count;
        foreach (var value in Each(operand))
        {
            if (!items.Exists(i => BsonOrder.Compare(i, value) == 0)) items.Add(value);
        }
        return items.Count > before;
    }
}

/// <summary><c>$pull</c>: items that equal the operand or meet its condition.</summary>
internal sealed class PullModification : ArrayModification
{
    private readonly Predicate<RawValue> _matches;

    public PullModification(byte[][] path, RawValue operand)
        : base(path, "$pull")
    {
        if (operand.IsDocument && !FilterParser.IsOperators(operand))
        {
            var filter = FilterParser.Parse(operand);
            _matches = item => item.IsDocument && filter.Matches(item);
        }
        else if (operand.IsDocument || operand.Type == BsonType.RegularExpression)
        {
            var filter = operand.IsDocument ? OperatorParser.Parse([], operand) : new PathFilter([], RegexTest.Of(operand));
            _matches = filter.Matches;
        }
        else
        {
            _matches = item => BsonOrder.Compare(item, operand) == 0;
        }
    }

    protected override bool Change(List<RawValue> items) => items.RemoveAll(_matches) > 0;
}

/// <summary><c>$pullAll</c>: items that equal one of the values.</summary>
internal sealed class PullAllModification : ArrayModification
{
    private readonly List<RawValue> _values = [];

    public PullAllModification(byte[][] path, RawValue operand)
        : base(path, "$pullAll")
    {
        if (!operand.IsArray) throw new CommandException(2, "BadValue", $"$pullAll requires an array argument but was given a {TypeNames.Of(operand)}");
        foreach (var element in operand.Elements) _values.Add(element.Value);
    }

    protected override bool Change(List<RawValue> items) => items.RemoveAll(i => _values.Exists(v => BsonOrder.Compare(i, v) == 0)) > 0;
}

/// <summary><c>$pop</c>: the last item with 1, the first with -1.</summary>
internal sealed class PopModification : ArrayModification
{
    private readonly bool _last;

    public PopModification(byte[][] path, RawValue operand)
        : base(path, "$pop")
    {
        _last = Values.Long(operand) switch
        {
            1 => true,
            -1 => false,
            _ => throw new CommandException(9, "FailedToParse", $"$pop expects 1 or -1, found: {operand}"),
        };
    }

    protected override bool Change(List<RawValue> items)
    {
        if (items.Count == 0) return false;
        items.RemoveAt(_last ? items.Count - 1 : 0);
        return true;
    }
}
