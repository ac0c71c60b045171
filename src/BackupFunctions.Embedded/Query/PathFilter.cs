using System.Globalization;
using System.Text;
using BackupFunctions.Embedded.Storage;

namespace BackupFunctions.Embedded.Query;

/// <summary>A test of one value; missing ones are tested too.</summary>
internal abstract class ValueTest
{
    /// <summary>Whether elements of an array at the path's end are tested besides the array itself.</summary>
    public virtual bool TestsElements => true;

    public abstract bool Matches(RawValue value);
}

/// <summary>Tests the values at a dotted path: one of them has to pass. An empty path is the value itself.</summary>
internal sealed class PathFilter(byte[][] path, ValueTest test) : Filter
{
    public byte[][] Path => path;

    public ValueTest Test => test;

    public override bool Matches(RawValue value) => path.Length == 0 ? test.Matches(value) : InDocument(value, 0);

    private bool InDocument(RawValue document, int depth) => At(document[path[depth]], depth);

    /// <summary>Goes on with the value found for a component of the path.</summary>
    private bool At(RawValue value, int depth)
    {
        if (depth == path.Length - 1) return Leaf(value);
        if (value.IsDocument) return InDocument(value, depth + 1);
        return value.IsArray ? InArray(value, depth + 1) : test.Matches(default);
    }

    private bool InArray(RawValue array, int depth)
    {
        var position = Position(path[depth]);
        var index = 0;
        foreach (var element in array.Elements)
        {
            var value = element.Value;
            if (value.IsDocument && InDocument(value, depth)) return true;
            if (index++ == position && At(value, depth)) return true;
        }
        return false;
    }

    private bool Leaf(RawValue value)
    {
        if (test.Matches(value)) return true;
        if (!value.IsArray || !test.TestsElements) return false;
        foreach (var element in value.Elements)
        {
            if (test.Matches(element.Value)) return true;
        }
        return false;
    }

    private static int Position(byte[] name) =>
        int.TryParse(Encoding.UTF8.GetString(name), NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : -1;
}
