using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace BackupFunctions.Functions.Tests.Deployment;

/// <summary>A compose file as its YAML has it, with anchors merged.</summary>
internal sealed class ComposeFile
{
    private readonly Dictionary<object, object> _root;

    public ComposeFile(string name) =>
        _root = new Deserializer().Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(new StringReader(RepositoryFiles.Read(name)))));

    public IReadOnlyDictionary<string, Dictionary<object, object>> Services => Section("services").ToDictionary(s => s.Key, s => (Dictionary<object, object>)s.Value!);

    /// <summary>A top-level section by the names in it.</summary>
    public IReadOnlyDictionary<string, object?> Section(string name) =>
        ((Dictionary<object, object?>?)(object?)_root.GetValueOrDefault(name))?.ToDictionary(e => (string)e.Key, e => e.Value) ?? [];

    /// <summary>The names in a list or mapping of a service; a long entry is named by its source.</summary>
    public static IEnumerable<string> Names(Dictionary<object, object> service, string key) => service.GetValueOrDefault(key) switch
    {
        null => [],
        Dictionary<object, object> mapping => mapping.Keys.Cast<string>(),
        IEnumerable<object> list => list.Select(e => e as string ?? (string)((Dictionary<object, object>)e)["source"]),
        var other => [(string)other],
    };
}
