using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Update;

/// <summary><c>$push</c> with <c>$each</c>, <c>$position</c>, <c>$sort</c> and <c>$slice</c>, done in this order.</summary>
internal sealed class PushModification : ArrayModification
{
    private readonly List<RawValue> _values;
    private readonly long? _position, _slice;
    private readonly Comparison<RawValue>? _order;

    public PushModification(byte[][] path, RawValue operand)
        : base(path, "$push")
    {
        _values = Each(operand);
        if (!operand.IsDocument || operand["$each"u8].IsMissing) return;
        foreach (var element in operand.Elements)
        {
            switch (element.Name)
            {
                case "$each":
                    break;
                case "$position":
                    _position = Whole(element);
                    break;
                case "$slice":
                    _slice = Whole(element);
                    break;
                case "$sort":
                    _order = Order(element.Value);
                    break;
                default:
                    throw new CommandException(2, "BadValue", $"Unrecognized clause in $push: {element.Name}");
            }
        }
    }

    protected override bool MakesArray => true;

    protected override bool Change(List<RawValue> items)
    {
        var position = _position is { } at ? at < 0 ? Math.Max(0, items.Count + at) : Math.Min(items.Count, at) : items.Count;
        items.InsertRange((int)position, _values);
        if (_order is not null)
        {
            var sorted = items.Order(Comparer<RawValue>.Create(_order)).ToList();
            items.Clear();
            items.AddRange(sorted);
        }
        if (_slice is { } slice)
        {
            var kept = (int)Math.Min(items.Count, Math.Abs(slice));
            items.RemoveRange(slice < 0 ? 0 : kept, items.Count - kept);
        }
        return true;
    }

    private static long Whole(RawElement element) => Values.IsWhole(element.Value)
        ? Values.Long(element.Value)!.Value
        : throw new CommandException(2, "BadValue", $"The value for {element.Name} must be an integer value but was given type: {TypeNames.Of(element.Value)}");

    private static Comparison<RawValue> Order(RawValue sort)
    {
        if (sort.IsDocument && SortOrder.Parse(sort) is { } order) return (x, y) => order.Compare(order.KeyOf(x), order.KeyOf(y));
        return Values.Double(sort) switch
        {
            1 => BsonOrder.Compare,
            -1 => (x, y) => BsonOrder.Compare(y, x),
            _ => throw new CommandException(2, "BadValue", "The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields"),
        };
    }
}
