using Espalier.Tensors;

namespace Espalier.Graphs;

/// <summary>An edge of the graph: a graph input, a parameter, or an output of a node. Identity is by reference; names are unique in a graph.</summary>
public sealed class Value
{
    internal Value(string name)
    {
        Name = name;
    }

    /// <summary>Unique name in the graph.</summary>
    public string Name { get; }

    /// <summary>Element type, if known.</summary>
    public ElementType? ElementType { get; internal set; }

    /// <summary>Axes from the outermost to the innermost, or null if not even the rank is known.</summary>
    public IReadOnlyList<Dim>? Shape { get; internal set; }

    /// <summary>The node that computes the value; null for inputs and parameters.</summary>
    public Node? Producer { get; internal set; }

    /// <summary>The parameter behind the value; null for inputs and computed values.</summary>
    public Parameter? Parameter { get; internal set; }

    /// <summary>Name, type and shape.</summary>
    public override string ToString() => $"{Name}: {ElementType?.ToString() ?? "?"}[{(Shape is null ? "?" : string.Join(", ", Shape))}]";
}
