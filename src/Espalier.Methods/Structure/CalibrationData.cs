using Espalier.Data;
using Espalier.Formats.Numpy;
using Espalier.Graphs;
using Espalier.Tensors;

namespace Espalier.Methods.Structure;

/// <summary>Opens calibration inputs for a graph: images, arrays by input name, or noise.</summary>
public static class CalibrationData
{
    /// <summary>Samples that are used if nothing is said.</summary>
    public const int DefaultSamples = 256;

    private const int LargestBatch = 64;

    /// <summary>Opens inputs.</summary>
    /// <param name="path">A folder or archive of images, an .npz with an array for each input, or <c>noise:normal</c> / <c>noise:uniform</c>.</param>
    /// <param name="graph">The graph that reads them.</param>
    /// <param name="sizes">Sizes of symbols other than the batch.</param>
    /// <param name="samples">Samples to take.</param>
    /// <param name="normalization">Normalisation of images, see <see cref="ImageNormalization.Parse"/>.</param>
    /// <param name="seed">Seed of noise.</param>
    /// <exception cref="EspalierException">The data do not fit the inputs.</exception>
    public static CalibrationInputs Open(string path, Graph graph, IReadOnlyDictionary<string, long> sizes, int? samples, string normalization, int seed)
    {
        var count = samples ?? DefaultSamples;
        if (count < 1) throw new UsageException($"{count} samples are no data", "--samples", "Use at least 1");
        if (path.StartsWith("noise:", StringComparison.Ordinal)) return Noise(path, graph, sizes, count, seed);
        if (path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase) && Arrays(path, graph, count) is { } arrays) return arrays;
        if (graph.Inputs is not [{ Shape.Count: 4 } input])
            throw new UsageException("images need a model with one input [batch, channels, height, width]", path, "Give an .npz with an array for each input, named like it");
        var shape = new ImageShape(Fixed(input, 1, sizes), Fixed(input, 2, sizes), Fixed(input, 3, sizes));
        using var images = DataSource.OpenImages(new ImageRequest { Path = path });
        var prepared = new PreparedImages(images, new ImagePreprocessing { Normalization = ImageNormalization.Parse(normalization), Resize = images.IsUniform && images.Shape.Height == shape.Height && images.Shape.Width == shape.Width ? ImageResize.None : ImageResize.CenterCrop }, shape);
        return CalibrationInputs.FromImages(prepared, input.Name, count, Batch(input));
    }

    private static CalibrationInputs Noise(string kind, Graph graph, IReadOnlyDictionary<string, long> sizes, int count, int seed)
    {
        var uniform = kind switch
        {
            "noise:uniform" => true,
            "noise:normal" => false,
            _ => throw new UsageException($"there is no '{kind}'", "--data", "Use noise:normal or noise:uniform"),
        };
        if (graph.Inputs.FirstOrDefault(input => input.ElementType != ElementType.F32) is { } other)
            throw new UsageException($"noise fits only inputs of 32-bit floats, but '{other.Name}' holds {other.ElementType}", "--data", "Give an .npz with an array for each input");
        var random = new SeededRandom(seed);
        var batch = graph.Inputs.Min(Batch);
        var batches = new List<IReadOnlyDictionary<string, TensorData>>();
        for (var done = 0; done < count; done += batch)
        {
            batches.Add(graph.Inputs.ToDictionary(input => input.Name, input =>
            {
                var shape = new TensorShape([batch, .. Enumerable.Range(1, input.Shape!.Count - 1).Select(axis => (long)Fixed(input, axis, sizes))]);
                var values = new float[shape.ElementCount];
                for (var i = 0; i < values.Length; i++) values[i] = (float)(uniform ? random.NextDouble() : random.NextNormal());
                return (TensorData)ArrayTensorData.FromSingles(shape, values);
            }));
        }
        return CalibrationInputs.FromBatches(batches, count, $"{count} samples of {kind}, seed {seed}");
    }

    /// <summary>Arrays by input name; null if the archive has none of the names, so that it may hold images.</summary>
    private static CalibrationInputs? Arrays(string path, Graph graph, int count)
    {
        using var file = NpzFile.Open(path);
        if (!graph.Inputs.Any(input => file.Names.Contains(input.Name))) return null;
        var arrays = graph.Inputs.ToDictionary(input => input.Name, input => file.TryGet(input.Name, out var data) ? data
            : throw new EspalierException($"there is no array for the input '{input.Name}'", path, "Name the arrays like the model's inputs"));
        var total = (int)Math.Min(count, arrays.Values.Min(array => array.Shape.Rank == 0 ? 1 : array.Shape[0]));
        var batch = Math.Min(total, graph.Inputs.Min(Batch));
        var batches = new List<IReadOnlyDictionary<string, TensorData>>();
        for (var start = 0; start + batch <= total; start += batch)
            batches.Add(arrays.ToDictionary(array => array.Key, array => Rows(array.Value, start, batch)));
        return CalibrationInputs.FromBatches(batches, total, $"{path}, first {total} samples");
    }

    private static TensorData Rows(TensorData data, int start, int count)
    {
        var row = data.ByteLength / data.Shape[0];
        var bytes = new byte[row * count];
        data.CopyBytes(row * start, bytes);
        return ArrayTensorData.FromBytes(data.ElementType, new TensorShape([count, .. data.Shape.AsSpan()[1..]]), bytes);
    }

    private static int Batch(Value input) => (int)Math.Min(LargestBatch, input.Shape is { Count: > 0 } shape ? shape[0].Size ?? LargestBatch : 1);

    private static int Fixed(Value input, int axis, IReadOnlyDictionary<string, long> sizes) => checked((int)(input.Shape![axis].Evaluate(sizes)
        ?? throw new UsageException($"axis {axis} of the input '{input.Name}' has no size", "--size", $"Give one, for example --size {input.Shape[axis].Symbols.FirstOrDefault() ?? "name"}=224")));
}
