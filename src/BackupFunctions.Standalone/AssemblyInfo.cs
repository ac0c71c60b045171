using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("BackupFunctions.Benchmarks")]
[assembly: InternalsVisibleTo("BackupFunctions.EndToEnd")]
