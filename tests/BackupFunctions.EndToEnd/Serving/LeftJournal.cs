using System.Globalization;
using System.Text.Json;
using BackupFunctions.Api.Hosting;
using BackupFunctions.Serialization;
using BackupFunctions.Standalone.Durable.Journal;

namespace BackupFunctions.EndToEnd.Serving;

/// <summary>A journal with one unfinished instance, as a process that was killed leaves it to the next.</summary>
internal static class LeftJournal
{
    private static readonly DateTimeOffset Then = DateTimeOffset.Parse("2026-11-22T14:03:07Z", CultureInfo.InvariantCulture);

    public static void Write(string path, string id, string workflow, object input)
    {
        using var database = JournalDatabase.Open(path);
        new JournalStore(database).TryCreate(new(
            id, workflow, "0af7651916cd43dd8448eb211c80319c", InstanceStatus.Running, JsonSerializer.Serialize(input, input.GetType(), EngineJson.Options), null, null, Then, Then, null, null));
    }
}
