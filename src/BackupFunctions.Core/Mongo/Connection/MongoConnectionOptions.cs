namespace BackupFunctions.Mongo;

/// <summary>How a connection is opened; what the URI says about the same thing wins.</summary>
public sealed record MongoConnectionOptions
{
    /// <summary>The name that the server's log shows for us. The default value is <c>BackupFunctions</c>.</summary>
    public string ApplicationName { get; init; } = "BackupFunctions";

    /// <summary>How long one attempt looks for a member that may be read. The default value is 15 seconds.</summary>
    public TimeSpan ServerSelectionTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long one TCP connection may take. The default value is 10 seconds.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often opening is attempted in all. The default value is 3.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>The clock of retries and of session refreshes. The default value is the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
