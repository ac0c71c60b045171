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
        Drop = new(5, "drop", "Drop the databases"),
        Restore = new(6, "restore", "Restore them from the root CID"),
        Compare = new(7, "compare", "Compare every byte with what was there before");

    /// <summary>How many there are.</summary>
    public const int Count = 7;
}

/// <summary>Something that a step tells: its name in JSON, its label for people, its value (string, integer, boolean), and that value for people.</summary>
public sealed record DemoFact(string Name, string Label, object Value, string Text)
{
    /// <summary>A text.</summary>
    public static DemoFact Of(string name, string label, string text) => new(name, label, text, text);

    /// <summary>A number of things.</summary>
    public static DemoFact Count(string name, string label, long count) => new(name, label, count, Human.Count(count));

    /// <summary>A number of bytes.</summary>
    public static DemoFact Size(string name, string label, long bytes) => new(name, label, bytes, Human.Size(bytes));
}
