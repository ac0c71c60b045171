using System.Globalization;
using BackupFunctions.Benchmarks.Data;

namespace BackupFunctions.Benchmarks.Memory;

/// <summary><c>serve --bytes N</c>: the seeded server in a process of its own. Prints its URI and ends when its input does.</summary>
internal static class ServeMode
{
    /// <summary>The arguments that start it.</summary>
    public static string[] Arguments(long bytes) => ["serve", "--bytes", bytes.ToString(CultureInfo.InvariantCulture)];

    /// <summary>Runs it.</summary>
    public static async Task<int> Run(string[] args, CancellationToken cancellationToken)
    {
        if (args is not ["--bytes", var text] || !long.TryParse(text, CultureInfo.InvariantCulture, out var bytes) || bytes <= 0)
            return BenchmarkArguments.Refuse("serve takes --bytes N");
        await using var server = await SeededServer.Start(bytes, changed: false, cancellationToken);
        await Console.Out.WriteLineAsync(server.ConnectionString);
        await Console.Out.FlushAsync(cancellationToken);
        // the parent holds the other end: it ends with the parent, however that ends
        await Console.In.ReadToEndAsync(cancellationToken);
        return 0;
    }
}
