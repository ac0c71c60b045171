namespace BackupFunctions.Benchmarks;

/// <summary>A ratio, the goal that it is held against from above or below, and what else was seen (names in snake case, units in the name).</summary>
internal sealed record MeasureResult(string Measure, double Ratio, double Goal, bool AtLeast, IReadOnlyList<(string Name, double Value)> Details)
{
    /// <summary>Whether the goal is met.</summary>
    public bool Ok => AtLeast ? Ratio >= Goal : Ratio <= Goal;
}
