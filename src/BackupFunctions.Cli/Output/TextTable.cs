using Spectre.Console;

namespace BackupFunctions.Cli.Output;

/// <summary>A column: its title, and whether its cells stand on the right as numbers do.</summary>
internal readonly record struct Column(string Title, bool Right = false)
{
    public static implicit operator Column(string title) => new(title);
}

/// <summary>Aligned text: nothing is wrapped or cut, so that a CID can be copied whole and a line can be grepped.</summary>
internal static class TextTable
{
    private const int Unwrapped = 100_000;

    /// <summary>Rows under titles, two spaces apart.</summary>
    public static string Render(IReadOnlyList<Column> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = columns.Any(c => c.Title.Length > 0) };
        foreach (var column in columns)
            table.AddColumn(new TableColumn(new Text(column.Title)) { NoWrap = true, Alignment = column.Right ? Justify.Right : Justify.Left, Padding = new Padding(0, 0, 2, 0) });
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(Printable.Line(cell))));

        using var writer = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = Unwrapped;
        console.Write(table);
        return string.Join('\n', writer.ToString().Split('\n').Select(line => line.TrimEnd()));
    }

    /// <summary>One thing: a name and a value per line.</summary>
    public static string Fields(params IEnumerable<(string Name, string Value)> fields) =>
        Render(["", ""], fields.Select(f => (IReadOnlyList<string>)[f.Name, f.Value]));
}
