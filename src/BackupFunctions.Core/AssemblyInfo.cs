using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("BackupFunctions.Benchmarks")]
[assembly: InternalsVisibleTo("BackupFunctions.Tests")]
[assembly: InternalsVisibleTo("BackupFunctions.EndToEnd")]
[assembly: InternalsVisibleTo("BackupFunctions.Simulation")]
