using static TorchSharp.torch;

namespace Espalier.Torch.Execution.Operators;

/// <summary>Blocks of space against channels.</summary>
internal static class BlockOperators
{
    /// <summary>Adds the family to the table.</summary>
    public static void Register(Dictionary<string, OperatorKernel> table)
    {
        table["DepthToSpace"] = static (in OperatorCall c) => [DepthToSpace(c)];
        table["SpaceToDepth"] = static (in OperatorCall c) => [SpaceToDepth(c)];
    }

    /// <summary>[n, b*b*c, h, w] to [n, c, b*h, b*w]. DCR has the block outside the channels, CRD inside.</summary>
    private static Tensor DepthToSpace(in OperatorCall call)
    {
        var x = call[0];
        var block = call.Attributes.Int("blocksize", 1);
        var (n, c, h, w) = (x.shape[0], x.shape[1] / (block * block), x.shape[2], x.shape[3]);
        var mode = call.Attributes.String("mode", "DCR");
        var split = mode switch
        {
            "DCR" => x.reshape(n, block, block, c, h, w).permute(0, 3, 4, 1, 5, 2),
            "CRD" => x.reshape(n, c, block, block, h, w).permute(0, 1, 4, 2, 5, 3),
            _ => throw call.Unsupported($"mode '{mode}'"),
        };
        return split.reshape(n, c, h * block, w * block);
    }

    /// <summary>[n, c, b*h, b*w] to [n, b*b*c, h, w], the block outside the channels.</summary>
    private static Tensor SpaceToDepth(in OperatorCall call)
    {
        var x = call[0];
        var block = call.Attributes.Int("blocksize", 1);
        var (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2] / block, x.shape[3] / block);
        return x.reshape(n, c, h, block, w, block).permute(0, 3, 5, 1, 2, 4).reshape(n, c * block * block, h, w);
    }
}
