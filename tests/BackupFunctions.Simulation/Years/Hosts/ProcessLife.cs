namespace BackupFunctions.Simulation.Years.Hosts;

/// <summary>How long a process lives, counted in calls to what is outside of it. When it is dead, nothing of it does anything any more.</summary>
internal sealed class ProcessLife
{
    private readonly Lock _gate = new();
    private int? _left;

    public bool IsDead { get; private set; }

    public void KillAfter(int? calls)
    {
        lock (_gate) _left = calls;
    }

    public void Tick()
    {
        lock (_gate)
        {
            if (IsDead) throw new ProcessKilledException();
            if (_left is { } left && (_left = left - 1) <= 0)
            {
                IsDead = true;
                throw new ProcessKilledException();
            }
        }
    }
}

/// <summary>The process was killed.</summary>
internal sealed class ProcessKilledException() : Exception("the process was killed");
