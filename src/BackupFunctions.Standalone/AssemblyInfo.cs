using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("BackupFunctions.EndToEnd")]
[assembly: InternalsVisibleTo("BackupFunctions.Tests")]
