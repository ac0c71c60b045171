using System.Runtime.InteropServices;
using BackupFunctions.Benchmarks;
using BackupFunctions.Benchmarks.Memory;
using BackupFunctions.Benchmarks.Reporting;

using var cancellation = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

try
{
    // the two modes in which the memory measure starts this program again, as processes of their own
    if (args is ["serve", .. var serve]) return await ServeMode.Run(serve, cancellation.Token);
    if (args is ["backup", .. var backup]) return await BackupMode.Run(backup, cancellation.Token);

    var (arguments, problem) = BenchmarkArguments.Parse(args);
    if (arguments is null) return BenchmarkArguments.Refuse(problem);
    IReport report = arguments.Json ? new JsonReport(Console.Out) : new TableReport(Console.Out);
    var missed = 0;
    foreach (var measure in arguments.Measures)
    {
        foreach (var result in await measure.Run(arguments.Quick, cancellation.Token))
        {
            report.Add(result);
            if (!result.Ok) missed++;
        }
    }
    return arguments.Strict && missed > 0 ? 1 : 0;
}
catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
{
    return 130;
}

// the first signal lets temporary directories and child processes go, the second ends the process
void Stop(PosixSignalContext signal)
{
    if (cancellation.IsCancellationRequested) return;
    signal.Cancel = true;
    cancellation.Cancel();
}
