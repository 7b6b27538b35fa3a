using Espalier.Coupling;
using Espalier.Data;
using Espalier.Graphs;
using static TorchSharp.torch;

namespace Espalier.Methods.Structure;

/// <summary>
/// Turns activations into the rows that a product with a weight sees: [samples, features] for a matrix, patches in channel-major order for a
/// convolution, and outputs into rows at the same places.
/// </summary>
internal sealed class PatchRows
{
    private readonly Node _node;
    private readonly int _positions;
    private readonly int _seed;

    public PatchRows(Contraction contraction, int positions, int seed)
    {
        _node = contraction.Node;
        _positions = positions;
        _seed = seed;
        Taps = IsConvolution ? checked((int)contraction.Weight.Shape.AsSpan()[2..].ToArray().Aggregate(1L, (a, b) => a * b)) : 1;
    }

    /// <summary>Features of a channel: the taps of a kernel.</summary>
    public int Taps { get; }

    private bool IsConvolution => _node.OpType == "Conv";

    /// <summary>Why the consumer cannot be refitted; null if it can.</summary>
    public static string? Obstacle(Contraction contraction)
    {
        var node = contraction.Node;
        if (contraction.Weight.Data.ElementType != Tensors.ElementType.F32) return $"its weight is stored as {contraction.Weight.Data.ElementType}";
        if (node.Domain.Length > 0 || node.OpType is not ("Conv" or "Gemm" or "MatMul")) return $"{node.OpType} has no closed-form repair";
        if (node.OpType == "Conv" && node.Attributes.Int("group", 1) != 1) return "a grouped convolution is cut without repair";
        if (node.OpType == "Conv" && contraction.Weight.Shape.Rank is not (3 or 4)) return "only one- and two-dimensional convolutions are repaired";
        if (node.OpType == "Conv" && node.Attributes.String("auto_pad", "NOTSET") is not ("NOTSET" or "VALID")) return "its padding is automatic";
        if (node.Input(1).Parameter != contraction.Weight) return "its weight is computed from others";
        return contraction.Weight.Shape.Rank != 2 && node.OpType != "Conv" ? "its weight is no matrix" : null;
    }

    /// <summary>Rows of inputs: [rows, channels x taps], contiguous.</summary>
    public Tensor Inputs(Tensor x, int batch)
    {
        using var scope = NewDisposeScope();
        if (!IsConvolution) return Transposed(x).reshape(-1, Last(x)).contiguous().MoveToOuterDisposeScope();
        var attributes = _node.Attributes;
        var flat = x.dim() == 3;
        var x4 = flat ? x.unsqueeze(2) : x;
        long[] Two(string name, long fill) => attributes.Ints(name) is { } own ? flat ? [fill, own[0]] : own : [fill, fill];
        var pads = attributes.Ints("pads") is { } given ? flat ? [0, given[0], 0, given[1]] : given : [0, 0, 0, 0];
        if (pads.Any(pad => pad != 0)) x4 = nn.functional.pad(x4, [pads[1], pads[3], pads[0], pads[2]]);
        var weight = _node.Input(1).Parameter!.Shape;
        var kernel = flat ? (1L, weight[2]) : (weight[2], weight[3]);
        var (dilation, stride) = (Two("dilations", 1), Two("strides", 1));
        var patches = nn.functional.unfold(x4, kernel, (dilation[0], dilation[1]), (0, 0), (stride[0], stride[1]));
        return Rows(patches, batch).MoveToOuterDisposeScope();
    }

    /// <summary>Rows of outputs at the places of <see cref="Inputs"/>: [rows, outputs], contiguous.</summary>
    public Tensor Outputs(Tensor y, int batch)
    {
        using var scope = NewDisposeScope();
        if (!IsConvolution) return y.reshape(-1, y.shape[^1]).contiguous().MoveToOuterDisposeScope();
        return Rows(y.reshape(y.shape[0], y.shape[1], -1), batch).MoveToOuterDisposeScope();
    }

    private Tensor Transposed(Tensor x) => _node.OpType == "Gemm" && _node.Attributes.Int("transA", 0) != 0 ? x.t() : x;

    private long Last(Tensor x) => _node.OpType == "Gemm" && _node.Attributes.Int("transA", 0) != 0 ? x.shape[0] : x.shape[^1];

    /// <summary>[n, features, places] to rows, at places drawn for the batch.</summary>
    private Tensor Rows(Tensor maps, int batch)
    {
        var places = maps.shape[2];
        if (_positions > 0 && _positions < places)
        {
            // One draw for a batch: the dense and the pruned model are read at the same places.
            var chosen = new SeededRandom(((long)_seed << 32) + batch).Distinct(_positions, checked((int)places)).Select(place => (long)place).ToArray();
            maps = maps.index_select(2, tensor(chosen));
        }
        return maps.transpose(1, 2).reshape(-1, maps.shape[1]).contiguous();
    }
}
