using System.Globalization;
using System.Text;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;

namespace BackupFunctions.Embedded.Update;

/// <summary>
/// A value while it is changed. Containers open into children only where a change goes through them; all else keeps its bytes.
/// </summary>
internal sealed class UpdateNode(RawValue value)
{
    private const int MaxPadding = 1_500_000;

    private List<(byte[] Name, UpdateNode Node)>? _children;
    private RawValue _value = value;

    public bool IsArray => _value.IsArray;

    public bool IsContainer => _value.IsContainer;

    /// <summary>The value with all changes.</summary>
    public RawValue Value
    {
        get
        {
            if (_children is null) return _value;
            if (IsArray) return RawWriter.Array(_children.Select(c => c.Node.Value));
            var writer = new RawWriter(_value.Length + 64);
            foreach (var (name, node) in _children) writer.Append(name, node.Value);
            return RawValue.Document(writer.ToDocument());
        }
    }

    private List<(byte[] Name, UpdateNode Node)> Children
    {
        get
        {
            if (_children is not null) return _children;
            _children = [];
            foreach (var element in _value.Elements) _children.Add((element.NameBytes.ToArray(), new UpdateNode(element.Value)));
            return _children;
        }
    }

    /// <summary>The value at a path, or missing.</summary>
    public RawValue Get(ReadOnlySpan<byte[]> path)
    {
        var node = this;
        foreach (var name in path)
        {
            if (node?.IsContainer != true) return default;
            node = node.Child(name);
        }
        return node?.Value ?? default;
    }

    /// <summary>Puts a value at a path and makes what is missing on the way; error 28 where a value in the way has no fields.</summary>
    public void Set(ReadOnlySpan<byte[]> path, RawValue value)
    {
        var (node, name) = (this, path[0]);
        if (path.Length == 1)
        {
            node.Put(name, new UpdateNode(value));
            return;
        }
        var child = node.Child(name);
        if (child is null)
        {
            child = new UpdateNode(RawValue.Document(CollectionOptions.None));
            // Made first, so that a path that cannot go on leaves nothing behind.
            child.Set(path[1..], value);
            node.Put(name, child);
            return;
        }
        if (!child.IsContainer) throw NotViable(path[1], name, child);
        child.Set(path[1..], value);
    }

    /// <summary>Takes the value at a path away; inside an array it becomes null.</summary>
    public void Unset(ReadOnlySpan<byte[]> path)
    {
        var child = IsContainer ? Child(path[0]) : null;
        if (child is null) return;
        if (path.Length > 1)
        {
            child.Unset(path[1..]);
        }
        else if (IsArray)
        {
            Children[Position(path[0])!.Value] = (path[0], new UpdateNode(RawValue.Null));
        }
        else
        {
            Children.RemoveAt(IndexOf(path[0]));
        }
    }

    private UpdateNode? Child(byte[] name)
    {
        if (!IsArray)
        {
            var index = IndexOf(name);
            return index < 0 ? null : Children[index].Node;
        }
        return Position(name) is { } position && position < Children.Count ? Children[position].Node : null;
    }

    private void Put(byte[] name, UpdateNode node)
    {
        if (!IsArray)
        {
            var index = IndexOf(name);
            if (index < 0) Children.Add((name, node));
            else Children[index] = (name, node);
            return;
        }
        if (Position(name) is not { } position) throw NotViable(name, null, this);
        if (position > Children.Count + MaxPadding) throw new CommandException(2, "BadValue", $"array index {position} is too far behind the end");
        while (Children.Count <= position) Children.Add(([], new UpdateNode(RawValue.Null)));
        Children[position] = ([], node);
    }

    private int IndexOf(byte[] name) => Children.FindIndex(c => c.Name.AsSpan().SequenceEqual(name));

    private static int? Position(byte[] name) =>
        int.TryParse(Encoding.UTF8.GetString(name), NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : null;

    private static CommandException NotViable(byte[] name, byte[]? holder, UpdateNode node)
    {
        var element = holder is null ? node.Value.ToString() : $"{{{Encoding.UTF8.GetString(holder)}: {node.Value}}}";
        return new CommandException(28, "PathNotViable", $"Cannot create field '{Encoding.UTF8.GetString(name)}' in element {element}");
    }
}
