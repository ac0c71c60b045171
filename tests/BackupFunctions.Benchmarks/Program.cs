using BackupFunctions.Benchmarks;
using BackupFunctions.Benchmarks.Memory;
using BackupFunctions.Benchmarks.Reporting;

using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, interrupt) =>
{
    interrupt.Cancel = true;
    cancellation.Cancel();
};

try
{
    // the two modes in which the memory measure starts this program again, as processes of their own
    if (args is ["serve", .. var serve]) return await ServeMode.Run(serve, cancellation.Token);
    if (args is ["backup", .. var backup]) return await BackupMode.Run(backup, cancellation.Token);

    var arguments = BenchmarkArguments.Parse(args);
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
catch (ArgumentException e)
{
    await Console.Error.WriteLineAsync($"error: {e.Message}\n{BenchmarkArguments.Usage}");
    return 2;
}
catch (OperationCanceledException)
{
    return 130;
}
