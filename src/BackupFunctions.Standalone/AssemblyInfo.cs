using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("BackupFunctions.EndToEnd")]
