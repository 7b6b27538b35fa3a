using Espalier.Formats.Safetensors;
using Espalier.Numerics;
using Espalier.Sparsity;
using Espalier.Tensors;
using Espalier.Testing;

namespace Espalier.Tests.Methods;

/// <summary>
/// The toy network of the golden folders, in plain loops: block(x) = x + fc2(relu(fc1(x))). Each block's inputs come out of the pruned blocks before
/// it; inside a block both layers see the dense block.
/// </summary>
internal sealed class ToyNetwork : IDisposable
{
    private readonly SafetensorsFile _file;

    public ToyNetwork(string folder)
    {
        _file = SafetensorsFile.Open(SharedData.Require("oracles", "methods", folder, "golden.safetensors"));
        Blocks = _file.Names.Count(name => name.StartsWith("in.layer", StringComparison.Ordinal)) / 2;
    }

    public int Blocks { get; }

    public float[] Values(string name) => _file[name].ToSingles();

    public double Number(string name, int index) => BitConverter.ToDouble(_file[name].ToBytes(), index * sizeof(double));

    public bool Has(string name) => _file.Contains(name);

    public Matrix Matrix(string name) => Espalier.Numerics.Matrix.FromRows((int)_file[name].Shape[0], (int)_file[name].Shape[1], Values(name));

    /// <summary>A golden mask, which says 1 = pruned.</summary>
    public Mask Mask(string name)
    {
        using var pruned = Matrix(name);
        var mask = new Mask(pruned.Rows, pruned.Columns);
        for (var i = 0; i < mask.Rows; i++)
            for (var j = 0; j < mask.Columns; j++) mask[i, j] = pruned[i, j] == 0;
        return mask;
    }

    /// <summary>Prunes layer by layer in order.</summary>
    /// <param name="prune">Given name, weight and inputs of a layer, returns what is kept.</param>
    public void Prune(Func<string, Matrix, IReadOnlyList<Matrix>, Mask> prune)
    {
        var shape = _file["in.X"].Shape;
        var (tokens, width) = ((int)shape[1], (int)shape[2]);
        var samples = Values("in.X").Chunk(tokens * width).Select(values => Espalier.Numerics.Matrix.FromRows(tokens, width, values)).ToArray();
        for (var block = 0; block < Blocks; block++)
        {
            using var fc1 = Matrix($"in.layer{block}.fc1.weight");
            using var fc2 = Matrix($"in.layer{block}.fc2.weight");
            var hidden = samples.Select(x => Relu(Times(x, fc1))).ToArray();
            prune($"layer{block}.fc1", fc1, samples).Apply(fc1);
            prune($"layer{block}.fc2", fc2, hidden).Apply(fc2);
            samples = [.. samples.Select(x => Sum(x, Times(Relu(Times(x, fc1)), fc2)))];
        }
    }

    public void Dispose() => _file.Dispose();

    private static Matrix Times(Matrix x, Matrix weight)
    {
        var result = new Matrix(x.Rows, weight.Rows);
        for (var i = 0; i < x.Rows; i++)
        {
            for (var j = 0; j < weight.Rows; j++)
            {
                var sum = 0.0;
                for (var k = 0; k < x.Columns; k++) sum += x[i, k] * (double)weight[j, k];
                result[i, j] = (float)sum;
            }
        }
        return result;
    }

    private static Matrix Relu(Matrix x)
    {
        foreach (ref var value in x.AsSpan()) value = Math.Max(0, value);
        return x;
    }

    private static Matrix Sum(Matrix x, Matrix y)
    {
        for (var i = 0; i < x.Rows; i++)
            for (var j = 0; j < x.Columns; j++) y[i, j] += x[i, j];
        return y;
    }
}
