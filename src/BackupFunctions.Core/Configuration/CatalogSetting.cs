namespace BackupFunctions.Configuration;

/// <summary>
/// Where the catalogue lives: a MongoDB (connection string and database) or a directory, the other being null. Its text form has no secret.
/// </summary>
public sealed record CatalogSetting(string SettingName, string? MongoUri, string Database, string? Directory)
{
    /// <inheritdoc/>
    public override string ToString() => $"{SettingName} {(MongoUri is null ? Directory : $"{Masking.MaskUri(MongoUri)} {Database}")}";
}
