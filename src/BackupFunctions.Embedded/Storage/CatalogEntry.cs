namespace BackupFunctions.Embedded.Storage;

/// <summary>What a namespace names: a <see cref="Collection"/> or a <see cref="View"/>.</summary>
internal abstract class CatalogEntry(Namespace ns)
{
    public Namespace Namespace { get; } = ns;
}

/// <summary>A view: its pipeline runs whenever it is read.</summary>
internal sealed class View(Namespace ns, string viewOn, RawValue pipeline, RawValue collation) : CatalogEntry(ns)
{
    public Namespace On { get; } = ns with { Collection = viewOn };

    public RawValue Pipeline { get; } = pipeline;

    public RawValue Collation { get; } = collation;
}
