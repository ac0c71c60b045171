using BackupFunctions.Mongo;
using BackupFunctions.Simulation.Truth;

namespace BackupFunctions.Simulation.Model;

/// <summary>
/// Every state of the model by the optime that ended the step which led to it. A whole step is one commit: at no time was half of it there.
/// </summary>
internal sealed class ModelHistory
{
    private readonly List<(Optime At, ModelState State, bool Whole, string Step)> _steps = [(new(0, 0), ModelState.Empty, true, "begin")];

    public void Record(Optime at, ModelState state, bool whole, string step)
    {
        // what left no entry is no later state
        if (at > _steps[^1].At) _steps.Add((at, state, whole, step));
    }

    /// <summary>A time of this window at which the state is known: where a step ended, or just before the end of a whole one.</summary>
    public (Optime At, ModelState State, string Step) Pick(Random random, Optime from, Optime to)
    {
        var ends = Enumerable.Range(1, _steps.Count - 1).Where(i => _steps[i].At >= from && _steps[i].At <= to).ToList();
        if (ends.Count == 0) return At(to);
        var i = ends[random.Next(ends.Count)];
        var before = _steps[i].At.Before();
        return _steps[i].Whole && random.Next(2) == 0 && before >= from && before >= _steps[i - 1].At
            ? (before, _steps[i - 1].State, $"before step {i}, {_steps[i].Step}")
            : (_steps[i].At, _steps[i].State, $"after step {i}, {_steps[i].Step}");
    }

    /// <summary>The state at a time that is the end of a step, or behind it and before the next.</summary>
    public (Optime At, ModelState State, string Step) At(Optime at)
    {
        var i = _steps.FindLastIndex(s => s.At <= at);
        return (at, _steps[i].State, $"after step {i}, {_steps[i].Step}");
    }

    /// <summary>The last steps, for a failure.</summary>
    public string Tail(int count) => string.Join("\n", _steps.TakeLast(count).Select(s => $"{s.At} {s.Step}"));
}
