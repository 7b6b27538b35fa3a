using Espalier.Formats.Onnx.Schema;
using Espalier.Tensors;

namespace Espalier.Formats.Onnx;

/// <summary>The data of <c>Constant</c> nodes, which the reader turns into parameters: some exporters keep all weights in such nodes.</summary>
internal static class ConstantNodes
{
    /// <summary>The data, or null if the node is no constant.</summary>
    public static TensorData? Read(NodeProto node, TensorReader tensors, string part)
    {
        if (node.OpType != "Constant" || node.Domain is not ("" or "ai.onnx") || node.Attribute.Count != 1) return null;
        var attribute = node.Attribute[0];
        return attribute.Name switch
        {
            "value" => tensors.Read(attribute.T ?? new TensorProto(), part),
            "sparse_value" => tensors.Read(attribute.SparseTensor ?? new SparseTensorProto(), part),
            "value_float" => ArrayTensorData.FromSingles(new TensorShape(), [attribute.F]),
            "value_floats" => ArrayTensorData.FromSingles(new TensorShape(attribute.Floats.Count), attribute.Floats.ToArray()),
            "value_int" => ArrayTensorData.FromInt64(new TensorShape(), attribute.I),
            "value_ints" => ArrayTensorData.FromInt64(new TensorShape(attribute.Ints.Count), [.. attribute.Ints]),
            "value_string" => new StringTensorData(new TensorShape(), [attribute.S.ToByteArray()]),
            "value_strings" => new StringTensorData(new TensorShape(attribute.Strings.Count), [.. attribute.Strings.Select(text => text.ToByteArray())]),
            _ => null,
        };
    }
}
