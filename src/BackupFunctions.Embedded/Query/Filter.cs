using BackupFunctions.Embedded.Storage;

namespace BackupFunctions.Embedded.Query;

/// <summary>A condition on a document, or inside <c>$elemMatch</c> on a value.</summary>
internal abstract class Filter
{
    public static readonly Filter All = new AndFilter([]);

    public abstract bool Matches(RawValue value);

    /// <summary>The conditions that all must hold, when this is a conjunction; else itself.</summary>
    public virtual IEnumerable<Filter> Conjuncts => [this];
}

internal sealed class AndFilter(IReadOnlyList<Filter> filters) : Filter
{
    public override IEnumerable<Filter> Conjuncts => filters.SelectMany(f => f.Conjuncts);

    public override bool Matches(RawValue value)
    {
        foreach (var filter in filters)
        {
            if (!filter.Matches(value)) return false;
        }
        return true;
    }
}

internal sealed class OrFilter(IReadOnlyList<Filter> filters) : Filter
{
    public override bool Matches(RawValue value) => filters.Any(f => f.Matches(value));
}

internal sealed class NotFilter(Filter filter) : Filter
{
    public override bool Matches(RawValue value) => !filter.Matches(value);
}

/// <summary>Always the same answer, as <c>$alwaysTrue</c> and <c>$alwaysFalse</c> give.</summary>
internal sealed class ConstantFilter(bool answer) : Filter
{
    public override bool Matches(RawValue value) => answer;
}
