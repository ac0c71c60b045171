using BackupFunctions.Simulation.Years.Reporting;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace BackupFunctions.Simulation;

/// <summary>With <c>--days</c> years are simulated; all else is for the test runner, as in the entry point that it would generate.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => YearsCommand.IsMeant(args) ? YearsCommand.Run(args, Console.Out)
        : args.Any(a => a is "--server" or "--internal-msbuild-node") ? TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
        : ConsoleRunner.Run(args);
}
