namespace BackupFunctions.Benchmarks;

/// <summary>Something that is measured. Runs alone on the machine, as far as this program can see to it.</summary>
internal interface IMeasure
{
    /// <summary>The names of its results, in their order.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Measures; <paramref name="quick"/> takes smaller data and fewer rounds.</summary>
    Task<IReadOnlyList<MeasureResult>> Run(bool quick, CancellationToken cancellationToken);
}
