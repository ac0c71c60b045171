using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("BackupFunctions.Tests")]
[assembly: InternalsVisibleTo("BackupFunctions.EndToEnd")]
