using Espalier.Sparsity;
using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Torch.Training;

/// <summary>Keeps pruned weights at zero while a model is trained: masks are applied again after every optimizer step, and can be verified.</summary>
public sealed class MaskGuard : IDisposable
{
    private readonly List<(string Name, Tensor Weight, Tensor Pruned)> _guarded = [];

    /// <summary>Prepares the masks and applies them.</summary>
    /// <param name="module">The module whose parameters are guarded.</param>
    /// <param name="masks">Masks by parameter name; a mask says what is kept, in the layout of the parameter; of one with more than two axes in that of the matrix [first axis, rest].</param>
    /// <exception cref="UsageException">There is no such parameter, or a mask has another shape.</exception>
    public MaskGuard(GraphModule module, IReadOnlyDictionary<string, Mask> masks)
    {
        foreach (var (name, mask) in masks)
        {
            if (!module.Trainable.TryGetValue(name, out var weight))
                throw new UsageException("a mask names a parameter that the model does not have", name, Formats.NearNames.Suggest(name, module.Trainable.Keys));
            // Kernels of convolutions are matrices [outputs, rest].
            if (weight.dim() < 2 || weight.shape[0] != mask.Rows || weight.numel() != mask.Length)
                throw new UsageException($"a mask of {mask.Rows}x{mask.Columns} does not fit a parameter of {string.Join('x', weight.shape)}", name);
            _guarded.Add((name, weight, PrunedOf(mask, weight.shape, module.Device)));
        }
        Apply();
    }

    /// <summary>Names of the guarded parameters.</summary>
    public IEnumerable<string> Names => _guarded.Select(item => item.Name);

    /// <summary>Sets the pruned weights to zero.</summary>
    public void Apply()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        // Filling, not multiplying: a pruned weight that became NaN is zero again.
        foreach (var (_, weight, pruned) in _guarded) weight.masked_fill_(pruned, 0);
    }

    /// <summary>Passes silently, or names the first parameter in which a pruned weight is not zero.</summary>
    /// <exception cref="EspalierException">A mask is broken.</exception>
    public void Verify()
    {
        using var noGrad = no_grad();
        foreach (var (name, weight, pruned) in _guarded)
        {
            using var scope = NewDisposeScope();
            var broken = weight.ne(0).logical_and(pruned).sum().item<long>();
            if (broken > 0) throw new EspalierException($"{broken} pruned weights are not zero", name, "Apply the mask after every change of the weights");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, _, pruned) in _guarded) pruned.Dispose();
        _guarded.Clear();
    }

    private static Tensor PrunedOf(Mask mask, long[] shape, Device device)
    {
        var pruned = new bool[mask.Length];
        for (var row = 0; row < mask.Rows; row++)
        {
            for (var column = 0; column < mask.Columns; column++) pruned[((long)row * mask.Columns) + column] = !mask[row, column];
        }
        using var scope = NewDisposeScope();
        return tensor(pruned, shape, ScalarType.Bool, device).DetachFromDisposeScope();
    }
}
