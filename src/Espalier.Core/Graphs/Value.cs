using Espalier.Tensors;

namespace Espalier.Graphs;

/// <summary>An edge of the graph: a graph input, a parameter, or an output of a node. Identity is by reference; names are unique in a graph.</summary>
public sealed class Value
{
    private KnownContents? _contents;
    private ElementType? _declaredType;
    private IReadOnlyList<Dim>? _declaredShape;

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

    /// <summary>
    /// What is known about the elements of a small integer tensor that a parameter holds or the graph computes from shapes and constants,
    /// such as the target of a Reshape; null if nothing is known.
    /// </summary>
    public KnownContents? Contents
    {
        get => _contents ??= Parameter is null ? null : KnownContents.Of(Parameter.Data);
        internal set => _contents = value;
    }

    /// <summary>The node that computes the value; null for inputs and parameters.</summary>
    public Node? Producer { get; internal set; }

    /// <summary>The parameter behind the value; null for inputs and computed values.</summary>
    public Parameter? Parameter { get; internal set; }

    /// <summary>States what a file says about a computed value; it stands where inference knows nothing.</summary>
    internal void Declare(ElementType? type, IReadOnlyList<Dim>? shape)
    {
        _declaredType = type;
        _declaredShape = shape;
        Complete();
    }

    /// <summary>Drops what was inferred.</summary>
    internal void Forget()
    {
        ElementType = null;
        Shape = null;
        _contents = null;
    }

    /// <summary>Fills the gaps of inference with what was declared.</summary>
    internal void Complete()
    {
        ElementType ??= _declaredType;
        if (_declaredShape is not { } declared) return;
        Shape ??= declared;
        if (Shape.Count != declared.Count || !Shape.Any(dim => dim.IsUnknown)) return;
        Shape = [.. Shape.Zip(declared, (inferred, stated) => inferred.IsUnknown ? stated : inferred)];
    }

    /// <summary>Name, type and shape.</summary>
    public override string ToString() => $"{Name}: {ElementType?.ToString() ?? "?"}[{(Shape is null ? "?" : string.Join(", ", Shape))}]";
}
