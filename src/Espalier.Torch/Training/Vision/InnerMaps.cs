using Espalier.Data;
using static TorchSharp.torch;

namespace Espalier.Torch.Training.Vision;

/// <summary>The losses of inner distillation, and the maps from narrow to wide channels that it needs. Maps are seen by no one but the trainer.</summary>
internal sealed class InnerMaps : IDisposable
{
    private readonly List<(BlockPair Pair, Tensor? Map, int Axis)> _pairs = [];

    /// <summary>Makes a map for every pair whose values differ in width.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="student">Shape of a student's value for one image.</param>
    /// <param name="teacher">Shape of a teacher's value for one image.</param>
    /// <param name="seed">Seed of the first values: uniform up to 1 / sqrt(student's width), as linear layers usually start.</param>
    /// <param name="type">Type of the student's parameters.</param>
    /// <param name="device">Device of both networks.</param>
    /// <exception cref="UsageException">Values differ in something else than one width.</exception>
    public InnerMaps(IEnumerable<BlockPair> pairs, Func<string, long[]> student, Func<string, long[]> teacher, long seed, ScalarType type, Device device)
    {
        var random = new SeededRandom(seed);
        foreach (var pair in pairs)
        {
            var (from, to) = (student(pair.Student), teacher(pair.Teacher));
            var different = from.Length == to.Length ? Enumerable.Range(0, from.Length).Where(axis => from[axis] != to[axis]).ToArray() : [0];
            if (different.Length > 1 || different is [0])
            {
                Dispose();
                throw new UsageException($"the student's value has the shape [{string.Join(", ", from)}] and the teacher's [{string.Join(", ", to)}]; they may differ in their width only",
                    $"pair '{pair.Student}', '{pair.Teacher}'", "Pair values at the same place of both networks");
            }
            _pairs.Add(different is [var axis0] ? (pair, Create(to[axis0], from[axis0], random, type, device), axis0) : (pair, null, 0));
        }
    }

    /// <summary>The maps by name, each [teacher's width, student's width].</summary>
    public IEnumerable<(string Name, Tensor Map)> Maps => _pairs.Where(pair => pair.Map is not null).Select(pair => ($"map/{pair.Pair.Student}", pair.Map!));

    /// <summary>Mean over the pairs of the mean squared difference.</summary>
    public Tensor Loss(Func<string, Tensor> student, Func<string, Tensor> teacher)
    {
        Tensor? sum = null;
        foreach (var (pair, map, axis) in _pairs)
        {
            var own = student(pair.Student);
            // A linear map of one axis: bring it to the end, multiply, bring it back.
            if (map is not null) own = own.transpose(axis, -1).matmul(map.t()).transpose(axis, -1);
            var loss = nn.functional.mse_loss(own, teacher(pair.Teacher));
            sum = sum is null ? loss : sum.add(loss);
        }
        return sum!.div(_pairs.Count);
    }

    public void Dispose()
    {
        foreach (var (_, map) in Maps) map.Dispose();
    }

    private static Tensor Create(long rows, long columns, SeededRandom random, ScalarType type, Device device)
    {
        var bound = 1 / Math.Sqrt(columns);
        var values = new float[rows * columns];
        for (var i = 0; i < values.Length; i++) values[i] = (float)(bound * ((2 * random.NextDouble()) - 1));
        using var scope = NewDisposeScope();
        return tensor(values, [rows, columns], type, device, requires_grad: true).DetachFromDisposeScope();
    }
}
