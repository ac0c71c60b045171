using System.Runtime.InteropServices;
using BackupFunctions.Cli;
using BackupFunctions.Cli.Engine;

using var cancellation = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var io = CliIo.FromProcess();
return await CliApp.Run(args, new EngineCommands(io.Time, io.Random, io.Files), io, cancellation.Token);

// the first signal asks the work to stop cleanly, the second ends the process
void Stop(PosixSignalContext signal)
{
    if (cancellation.IsCancellationRequested) return;
    signal.Cancel = true;
    cancellation.Cancel();
}
