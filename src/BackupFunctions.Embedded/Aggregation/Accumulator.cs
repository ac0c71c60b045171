using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;

namespace BackupFunctions.Embedded.Aggregation;

/// <summary>Takes the values of a group in; missing ones too.</summary>
internal abstract class Accumulator
{
    public abstract RawValue Result { get; }

    public abstract void Add(RawValue value);

    /// <summary>What makes accumulators of this name; error 15952 when it is not known.</summary>
    public static Func<Accumulator> Maker(string name) => name switch
    {
        "$sum" or "$count" => () => new Sum(),
        "$avg" => () => new Average(),
        "$min" => () => new Extreme(greatest: false),
        "$max" => () => new Extreme(greatest: true),
        "$first" => () => new End(last: false),
        "$last" => () => new End(last: true),
        "$push" => () => new Items(distinct: false),
        "$addToSet" => () => new Items(distinct: true),
        _ => throw new CommandException(15952, "Location15952", $"unknown group operator '{name}'"),
    };

    private sealed class Sum : Accumulator
    {
        private RawValue _sum = RawValue.From(0);

        public override RawValue Result => _sum;

        public override void Add(RawValue value)
        {
            if (value.IsNumber) _sum = Arithmetic.Add(_sum, value);
        }
    }

    private sealed class Average : Accumulator
    {
        private RawValue _sum = RawValue.From(0);
        private long _count;

        public override RawValue Result => _count == 0 ? RawValue.Null : Arithmetic.Divide(_sum, RawValue.From(_count));

        public override void Add(RawValue value)
        {
            if (!value.IsNumber) return;
            _sum = Arithmetic.Add(_sum, value);
            _count++;
        }
    }

    private sealed class Extreme(bool greatest) : Accumulator
    {
        private RawValue _best;

        public override RawValue Result => _best.IsMissing ? RawValue.Null : _best;

        public override void Add(RawValue value)
        {
            if (value.IsNullish) return;
            if (_best.IsMissing || (greatest ? BsonOrder.Compare(value, _best) > 0 : BsonOrder.Compare(value, _best) < 0)) _best = value;
        }
    }

    private sealed class End(bool last) : Accumulator
    {
        private RawValue _value = RawValue.Null;
        private bool _any;

        public override RawValue Result => _value;

        public override void Add(RawValue value)
        {
            if (_any && !last) return;
            (_value, _any) = (value.IsMissing ? RawValue.Null : value, true);
        }
    }

    private sealed class Items(bool distinct) : Accumulator
    {
        private readonly List<RawValue> _items = [];
        private readonly SortedSet<RawValue> _seen = new(BsonOrder.Instance);

        public override RawValue Result => RawWriter.Array(_items);

        public override void Add(RawValue value)
        {
            if (!value.IsMissing && (!distinct || _seen.Add(value))) _items.Add(value);
        }
    }
}
