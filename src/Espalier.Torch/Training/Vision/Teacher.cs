using Espalier.Graphs;
using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Torch.Training.Vision;

/// <summary>
/// A network that is only read. It runs with the kernels of training although nothing of it records gradients, so that a student with the same weights
/// computes the same bits.
/// </summary>
internal sealed class Teacher(Distillation options, Device device) : IDisposable
{
    private readonly ParameterCache _parameters = new(device);

    /// <summary>What is computed.</summary>
    public ClassifierPlan Plan { get; } = ClassifierPlan.Create(options.Teacher, options.TeacherOutput, options.ActivePairs.Select(pair => pair.Teacher).Distinct());

    /// <summary>Results for a student's input, owned by the caller.</summary>
    public Tensor[] Run(Tensor images)
    {
        using var kernels = enable_grad();
        return new GraphExecutor(_parameters).Run(Plan.Plan, new Dictionary<Value, Tensor> { [Plan.Input] = images });
    }

    public void Dispose() => _parameters.Dispose();
}
