namespace BackupFunctions.Benchmarks.Reporting;

/// <summary>Shows results as they come.</summary>
internal interface IReport
{
    /// <summary>Shows one result.</summary>
    void Add(MeasureResult result);
}
