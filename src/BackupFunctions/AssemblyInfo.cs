using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("BackupFunctions.Functions.Tests")]
