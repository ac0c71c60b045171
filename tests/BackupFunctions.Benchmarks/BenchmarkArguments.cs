using BackupFunctions.Benchmarks.Memory;
using BackupFunctions.Benchmarks.Sealing;
using BackupFunctions.Benchmarks.SecondFull;
using BackupFunctions.Benchmarks.Upload;

namespace BackupFunctions.Benchmarks;

/// <summary>What was asked for on the command line.</summary>
internal sealed record BenchmarkArguments(bool Json, bool Quick, bool Strict, IReadOnlyList<IMeasure> Measures)
{
    private static readonly IReadOnlyList<IMeasure> All = [new SealAgainstPrimitives(), new TwoCores(), new SecondFullBytes(), new SecondFullCpu(), new MemoryTenfold(), new UploadMemory(), new UploadAgainstOtherClient()];

    private static string Usage => $"""
        usage: BackupFunctions.Benchmarks [--json] [--quick] [--strict] [--only NAME]...
          --json    a line of JSON per measure
          --quick   smaller data and fewer rounds, under three minutes on two cores
          --strict  exit 1 when a goal is missed
          --only    one of {string.Join(", ", All.SelectMany(m => m.Names))}
        """;

    /// <summary>Reads the command line; null and what is wrong with it when it has something unknown.</summary>
    public static (BenchmarkArguments? Arguments, string Problem) Parse(string[] args)
    {
        var arguments = new BenchmarkArguments(false, false, false, []);
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--json":
                    arguments = arguments with { Json = true };
                    break;
                case "--quick":
                    arguments = arguments with { Quick = true };
                    break;
                case "--strict":
                    arguments = arguments with { Strict = true };
                    break;
                case "--only" when i + 1 < args.Length:
                    var name = args[++i];
                    if (All.FirstOrDefault(m => m.Names.Contains(name)) is not { } measure) return (null, $"unknown measure '{name}'");
                    arguments = arguments with { Measures = [.. arguments.Measures.Union([measure])] };
                    break;
                default:
                    return (null, $"unknown argument '{args[i]}'");
            }
        }
        return (arguments.Measures.Count == 0 ? arguments with { Measures = All } : arguments, "");
    }

    /// <summary>Says what is wrong with the command line; gives the exit code.</summary>
    public static int Refuse(string problem)
    {
        Console.Error.WriteLine($"error: {problem}\n{Usage}");
        return 2;
    }
}
