using System.Runtime.InteropServices;
using BackupFunctions.Cli;

using var cancellation = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await CliApp.Run(args, engine: null, CliIo.FromProcess(), cancellation.Token);

// the first signal asks the work to stop cleanly, the second ends the process
void Stop(PosixSignalContext signal)
{
    if (cancellation.IsCancellationRequested) return;
    signal.Cancel = true;
    cancellation.Cancel();
}
