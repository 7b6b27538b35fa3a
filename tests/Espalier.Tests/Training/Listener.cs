using Espalier.Torch.Training;

namespace Espalier.Tests.Training;

/// <summary>Hears of progress at once, on the thread that trains; <see cref="Progress{T}"/> would post it.</summary>
internal sealed class Listener(Action<TrainingProgress> heard) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => heard(value);
}
