using Espalier.Tensors;

namespace Espalier.Graphs;

/// <summary>
/// A named tensor that belongs to the model: a weight, or a constant of its architecture (rotary frequencies, shapes).
/// The data may stay in a memory-mapped file until it is read.
/// </summary>
public sealed class Parameter
{
    internal Parameter(Value value, TensorData data, bool isConstant)
    {
        Value = value;
        Data = data;
        Role = isConstant ? ParameterRole.Constant : ParameterRole.Weight;
        value.Parameter = this;
        value.ElementType = data.ElementType;
        value.Shape = [.. data.Shape.ToArray().Select(size => (Dim)size)];
    }

    /// <summary>Unique name; checkpoints keep their own names, for example <c>model.layers.0.mlp.up_proj.weight</c>.</summary>
    public string Name => Value.Name;

    /// <summary>The edge that carries the parameter into nodes.</summary>
    public Value Value { get; }

    /// <summary>The values.</summary>
    public TensorData Data { get; private set; }

    /// <summary>What the parameter is to the model.</summary>
    public ParameterRole Role { get; internal set; }

    /// <summary>True for constants that no checkpoint stores and no training changes.</summary>
    public bool IsConstant => Role == ParameterRole.Constant;

    /// <summary>Shape of the values.</summary>
    public TensorShape Shape => Data.Shape;

    /// <summary>Replaces the values; type may differ, shape must not (only surgery changes shapes).</summary>
    public void Replace(TensorData data)
    {
        if (data.Shape != Data.Shape)
            throw new ArgumentException($"Parameter '{Name}' has shape {Data.Shape}, the new data {data.Shape}.", nameof(data));
        Data = data;
        Value.ElementType = data.ElementType;
        Value.Contents = null;
    }

    /// <summary>Name, type and shape.</summary>
    public override string ToString() => $"{Name}: {Data.StorageName} {Shape}";
}
