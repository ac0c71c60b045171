using BackupFunctions.Mongo;
using BackupFunctions.Telemetry;

namespace BackupFunctions.Standalone.Demo.Story;

/// <summary>A step of the demo: its number from 1, its name in JSON, its title for people.</summary>
public sealed record DemoStep(int Number, string Name, string Title)
{
    /// <summary>The steps in their order.</summary>
    public static readonly DemoStep
        Server = new(1, "server", "Start a MongoDB server"),
        Data = new(2, "data", "Fill it with data"),
        Nodes = new(3, "nodes", "Open two IPFS nodes and make an encryption key"),
        Backup = new(4, "backup", "Back everything up: compress, encrypt, store twice, verify by hash"),
        FirstWrites = new(5, "writes", "Go on writing: orders in transactions, an index, a view"),
        FirstIncremental = new(6, "incremental", "Back up what was written since, from the oplog"),
        SecondWrites = new(7, "second_writes", "Write again: a new collection, a rename, an index less, deletes"),
        SecondIncremental = new(8, "second_incremental", "Back that up"),
        Mistake = new(9, "mistake", "Take one more order, and drop the shop by mistake"),
        ThirdIncremental = new(10, "third_incremental", "Back up as on any other day: the order and the mistake"),
        PointRestore = new(11, "point_restore", "Restore the shop to the moment before the mistake"),
        PointCompare = new(12, "point_compare", "Compare every byte and index with that moment"),
        Drop = new(13, "drop", "Drop all databases"),
        Restore = new(14, "restore", "Restore the full backup from its root CID"),
        Compare = new(15, "compare", "Compare every byte with what was there when it was made");

    /// <summary>How many there are.</summary>
    public const int Count = 15;
}

/// <summary>Something that a step tells: its name in JSON, its label for people, its value (string, integer, boolean, list of strings), and that value for people.</summary>
public sealed record DemoFact(string Name, string Label, object Value, string Text)
{
    /// <summary>A text.</summary>
    public static DemoFact Of(string name, string label, string text) => new(name, label, text, text);

    /// <summary>A number of things.</summary>
    public static DemoFact Count(string name, string label, long count) => new(name, label, count, Human.Count(count));

    /// <summary>A number of bytes.</summary>
    public static DemoFact Size(string name, string label, long bytes) => new(name, label, bytes, Human.Size(bytes));

    /// <summary>A point in time: <c>seconds:increment</c>, for people with the second that it falls in.</summary>
    public static DemoFact At(string name, string label, Optime optime) => new(name, label, optime.ToString(), $"{Human.Time(optime.Time)} ({optime})");
}
