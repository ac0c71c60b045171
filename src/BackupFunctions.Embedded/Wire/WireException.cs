using BackupFunctions.Embedded.Commands;

namespace BackupFunctions.Embedded.Wire;

/// <summary>
/// A message that breaks the protocol so that the connection has to close. <see cref="Answer"/> is sent before, when the sender can be
/// answered at all.
/// </summary>
internal sealed class WireException(string message, CommandException? answer = null) : Exception(message, answer)
{
    /// <summary>What to reply before closing, or null.</summary>
    public CommandException? Answer { get; } = answer;
}
