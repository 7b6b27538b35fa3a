using System.Text.Json;
using Espalier.Formats.Onnx.Schema;

namespace Espalier.Formats.Onnx;

/// <summary>The module path of a node, as far as its exporter left traces of it.</summary>
internal static class NodeScopes
{
    private const string DynamoKey = "pkg.torch.onnx.name_scopes";

    /// <summary>The path, for example <c>layer1.0.conv1</c>; empty if nothing is known.</summary>
    public static string Of(NodeProto node)
    {
        foreach (var entry in node.MetadataProps)
        {
            if (entry.Key == GraphMessage.ScopeKey) return entry.Value;
            if (entry.Key == DynamoKey) return FromList(entry.Value);
        }
        return node.Name.StartsWith('/') ? FromPath(node.Name) : "";
    }

    /// <summary>The newer exporter of PyTorch: a list of module paths, each inside the one before, then the name of the operation.</summary>
    private static string FromList(string text)
    {
        try
        {
            var paths = JsonSerializer.Deserialize<string[]>(text.Replace('\'', '"')) ?? [];
            return paths.Length > 1 ? paths[^2] : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    /// <summary>The older exporter: <c>/layer1/layer1.0/conv1/Conv</c>, where a part may repeat the one before it.</summary>
    private static string FromPath(string name)
    {
        var scope = "";
        var last = "";
        foreach (var part in name.Split('/', StringSplitOptions.RemoveEmptyEntries).SkipLast(1))
        {
            var own = last.Length > 0 && part.StartsWith(last + ".", StringComparison.Ordinal) ? part[(last.Length + 1)..] : part;
            scope = scope.Length == 0 ? own : $"{scope}.{own}";
            last = part;
        }
        return scope;
    }
}
