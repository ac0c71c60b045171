using System.Runtime.InteropServices;
using BackupFunctions.Standalone.Commands;
using BackupFunctions.Standalone.Demo;

using var cancellation = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

var io = StandaloneIo.FromProcess();
var parts = new DemoParts(DemoEngine.Open);
return await StandaloneCommand.Run(
    args,
    io,
    [
        DemoCommand.Create(io, parts),
        MongoCommand.Create(io),
        ServeCommand.Create(io),
    ],
    cancellation.Token);

// the first signal asks the work to stop cleanly, the second ends the process
void Stop(PosixSignalContext signal)
{
    if (cancellation.IsCancellationRequested) return;
    signal.Cancel = true;
    cancellation.Cancel();
}
