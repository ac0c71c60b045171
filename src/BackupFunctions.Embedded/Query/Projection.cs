using BackupFunctions.Embedded.Aggregation;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Query;

/// <summary>
/// A projection: keeps or drops paths, and adds computed fields. Kept fields stay in the document's order with their bytes;
/// <c>_id</c> is kept unless it is dropped by name.
/// </summary>
internal sealed class Projection
{
    private readonly Node _root = new();
    private bool? _including;
    private bool? _id;

    private Projection()
    {
    }

    /// <summary>Reads a projection; null when there is none or it is empty.</summary>
    public static Projection? Parse(RawValue specification)
    {
        if (specification.IsNullish) return null;
        if (!specification.IsDocument) throw new CommandException(14, "TypeMismatch", "the projection has to be an object");
        if (specification.Elements.Count() == 0) return null;
        var projection = new Projection();
        projection.ReadAll(specification, []);
        projection._including ??= projection._id == true;
        if (projection._id is { } id && id == projection._including) projection._root.Leaf("_id");
        else if (projection._id is null && projection._including == true) projection._root.Leaf("_id");
        return projection;
    }

    public RawValue Apply(RawValue document)
    {
        var writer = new RawWriter(document.Length);
        Write(writer, document, _root, document);
        return RawValue.Document(writer.ToDocument());
    }

    private void ReadAll(RawValue specification, string[] prefix)
    {
        foreach (var element in specification.Elements)
        {
            var name = element.Name;
            if (name.Length == 0 || name.StartsWith('$')) throw FilterParser.Bad($"cannot project field '{name}'");
            string[] path = [.. prefix, .. name.Split('.')];
            if (path[^1] == "$" || path.Contains("")) throw FilterParser.Bad($"cannot use positional or empty path in projection: {name}");
            Read(path, element.Value);
        }
    }

    private void Read(string[] path, RawValue value)
    {
        if (value.IsNumber || value.Type == BsonType.Boolean)
        {
            Flag(path, Values.IsTrue(value));
        }
        else if (value.IsDocument && !FilterParser.IsOperators(value))
        {
            ReadAll(value, path);
        }
        else
        {
            Including(true, path);
            _root.At(path).Computed = ExpressionParser.Parse(value);
        }
    }

    private void Flag(string[] path, bool include)
    {
        if (path is ["_id"])
        {
            _id = include;
            return;
        }
        Including(include, path);
        _root.At(path);
    }

    private void Including(bool include, string[] path)
    {
        _including ??= include;
        if (_including == include) return;
        throw include
            ? new CommandException(31253, "Location31253", $"Cannot do inclusion on field {string.Join('.', path)} in exclusion projection")
            : new CommandException(31254, "Location31254", $"Cannot do exclusion on field {string.Join('.', path)} in inclusion projection");
    }

    private void Write(RawWriter writer, RawValue container, Node node, RawValue root)
    {
        HashSet<string>? written = null;
        foreach (var element in container.Elements)
        {
            var child = node.Children.GetValueOrDefault(element.Name);
            if (child is null)
            {
                if (_including == false) writer.Append(element);
            }
            else if (child.Computed is { } expression)
            {
                Compute(writer, element.Name, expression, root);
                (written ??= []).Add(element.Name);
            }
            else if (child.Children.Count == 0)
            {
                if (_including == true) writer.Append(element);
            }
            else
            {
                Nested(writer, element, child, root);
                (written ??= []).Add(element.Name);
            }
        }
        foreach (var (name, child) in node.Children)
        {
            if (written?.Contains(name) != true && child.HasComputed) New(writer, name, child, root);
        }
    }

    private void Nested(RawWriter writer, RawElement element, Node node, RawValue root)
    {
        var value = element.Value;
        if (value.IsDocument)
        {
            var mark = writer.Begin(BsonType.Document, element.NameBytes);
            Write(writer, value, node, root);
            writer.End(mark);
        }
        else if (value.IsArray)
        {
            writer.Append(element.NameBytes, RawWriter.Array(Items(value, node, root)));
        }
        else if (node.HasComputed)
        {
            New(writer, element.Name, node, root);
        }
        else if (_including == false)
        {
            writer.Append(element);
        }
    }

    private IEnumerable<RawValue> Items(RawValue array, Node node, RawValue root)
    {
        foreach (var item in array.Elements)
        {
            if (item.Value.IsArray)
            {
                yield return RawWriter.Array(Items(item.Value, node, root));
            }
            else if (item.Value.IsDocument)
            {
                var writer = new RawWriter();
                Write(writer, item.Value, node, root);
                yield return RawValue.Document(writer.ToDocument());
            }
            else if (_including == false)
            {
                yield return item.Value;
            }
        }
    }

    private static void New(RawWriter writer, string name, Node node, RawValue root)
    {
        if (node.Computed is { } expression)
        {
            Compute(writer, name, expression, root);
            return;
        }
        var mark = writer.Begin(BsonType.Document, name);
        foreach (var (child, below) in node.Children)
        {
            if (below.HasComputed) New(writer, child, below, root);
        }
        writer.End(mark);
    }

    private static void Compute(RawWriter writer, string name, Expression expression, RawValue root)
    {
        var value = expression.Evaluate(root);
        if (!value.IsMissing) writer.Append(name, value);
    }

    private sealed class Node
    {
        public OrderedDictionary<string, Node> Children { get; } = [];

        public Expression? Computed { get; set; }

        public bool HasComputed => Computed is not null || Children.Values.Any(c => c.HasComputed);

        public void Leaf(string name) => Children.TryAdd(name, new Node());

        public Node At(string[] path)
        {
            var node = this;
            for (var i = 0; i < path.Length; i++)
            {
                if (!node.Children.TryGetValue(path[i], out var child)) node.Children.Add(path[i], child = new Node());
                else if (i == path.Length - 1 || (child.Children.Count == 0 && child.Computed is null) || child.Computed is not null) throw Collision(path);
                node = child;
            }
            return node;
        }

        private static CommandException Collision(string[] path) =>
            new(31250, "Location31250", $"Path collision at {string.Join('.', path)}");
    }
}
