using System.Threading.Channels;

namespace BackupFunctions.Standalone.Durable;

/// <summary>
/// Runs a workflow one turn at a time, on whichever thread asks for it: what it awaits comes back here. So its code never runs in parallel with itself, and the order of turns alone decides
/// what it does.
/// </summary>
internal sealed class TurnQueue : SynchronizationContext
{
    private readonly Channel<Action> _turns = Channel.CreateUnbounded<Action>(new() { SingleReader = true });

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state) => Add(() => d(state));

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("a workflow is not sent to");

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Adds a turn; from any thread.</summary>
    public void Add(Action turn) => _turns.Writer.TryWrite(turn);

    /// <summary>Takes every turn that is there, and those that come up meanwhile.</summary>
    public void TakeAll()
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            while (_turns.Reader.TryRead(out var turn)) turn();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <summary>Waits until there is a turn.</summary>
    public ValueTask<bool> Wait(CancellationToken cancellationToken) => _turns.Reader.WaitToReadAsync(cancellationToken);
}
