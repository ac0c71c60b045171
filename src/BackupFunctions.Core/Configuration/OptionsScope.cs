namespace BackupFunctions.Configuration;

/// <summary>Which settings a command needs: these are required and checked; the others are left alone, apart from the general ones.</summary>
[Flags]
public enum OptionsScope
{
    /// <summary>The general settings only: patterns, staging, parallelism, compression, rate. For <c>restore PATH</c>, whose target is given by hand.</summary>
    General = 0,

    /// <summary>The MongoDB that is backed up.</summary>
    Source = 1,

    /// <summary>The catalogue: its own setting, or the source.</summary>
    Catalog = 2,

    /// <summary>The catalogue when it is set; without it the work goes on from the nodes alone.</summary>
    CatalogIfSet = 4,

    /// <summary>The key or passphrase.</summary>
    Key = 8,

    /// <summary>Both nodes.</summary>
    Nodes = 16,

    /// <summary>All that a backup needs.</summary>
    Backup = Source | Catalog | Key | Nodes,

    /// <summary>Reading the list of backups.</summary>
    List = Catalog | Key | Nodes,

    /// <summary>Fetching sealed blocks by CID.</summary>
    Download = CatalogIfSet | Nodes,

    /// <summary>Opening backups that nodes hold: restore, verify.</summary>
    Restore = CatalogIfSet | Key | Nodes,

    /// <summary>Opening sealed files that are at hand.</summary>
    Decrypt = Key,
}
