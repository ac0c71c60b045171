using BackupFunctions.Benchmarks.Memory;
using BackupFunctions.Benchmarks.Sealing;
using BackupFunctions.Benchmarks.SecondFull;

namespace BackupFunctions.Benchmarks;

/// <summary>What was asked for on the command line.</summary>
internal sealed record BenchmarkArguments(bool Json, bool Quick, bool Strict, IReadOnlyList<IMeasure> Measures)
{
    private static readonly IReadOnlyList<IMeasure> All = [new SealAgainstPrimitives(), new TwoCores(), new SecondFullBytes(), new SecondFullCpu(), new MemoryTenfold()];

    /// <summary>How the program is called.</summary>
    public static string Usage => $"""
        usage: BackupFunctions.Benchmarks [--json] [--quick] [--strict] [--only NAME]...
          --json    a line of JSON per measure
          --quick   smaller data and fewer rounds, under three minutes on two cores
          --strict  exit 1 when a goal is missed
          --only    one of {string.Join(", ", All.SelectMany(m => m.Names))}
        """;

    /// <summary>Reads the command line; <see cref="ArgumentException"/> for what it does not know.</summary>
    public static BenchmarkArguments Parse(string[] args)
    {
        var arguments = new BenchmarkArguments(false, false, false, []);
        for (var i = 0; i < args.Length; i++)
        {
            arguments = args[i] switch
            {
                "--json" => arguments with { Json = true },
                "--quick" => arguments with { Quick = true },
                "--strict" => arguments with { Strict = true },
                "--only" when i + 1 < args.Length => arguments with { Measures = [.. arguments.Measures.Union([Find(args[++i])])] },
                _ => throw new ArgumentException($"unknown argument '{args[i]}'"),
            };
        }
        return arguments.Measures.Count == 0 ? arguments with { Measures = All } : arguments;
    }

    private static IMeasure Find(string name) =>
        All.FirstOrDefault(m => m.Names.Contains(name)) ?? throw new ArgumentException($"unknown measure '{name}'");
}
