using static TorchSharp.torch;

namespace Espalier.Torch.Training.Vision;

/// <summary>Losses of logits [n, classes], mean over the images, in nats.</summary>
internal static class ClassificationLoss
{
    /// <summary>
    /// Cross-entropy against (1 - e) * one-hot + e / classes (label smoothing, Szegedy et al. 2016, "Rethinking the Inception architecture", section 7).
    /// </summary>
    /// <param name="logits">Logits.</param>
    /// <param name="labels">Class of each image, 64-bit integers [n].</param>
    /// <param name="smoothing">e, in [0, 1).</param>
    public static Tensor CrossEntropy(Tensor logits, Tensor labels, double smoothing)
    {
        var logs = nn.functional.log_softmax(logits, 1);
        var hard = nn.functional.nll_loss(logs, labels);
        return smoothing == 0 ? hard : hard.mul(1 - smoothing).add(logs.mean().mul(-smoothing));
    }

    /// <summary>T^2 * KL(softmax(teacher / T) || softmax(student / T)) (Hinton, Vinyals and Dean 2015): the factor keeps gradients of the same size at all T.</summary>
    public static Tensor Distilled(Tensor student, Tensor teacher, double temperature)
    {
        var wanted = nn.functional.log_softmax(teacher.div(temperature), 1);
        var own = nn.functional.log_softmax(student.div(temperature), 1);
        return wanted.exp().mul(wanted.sub(own)).sum(1).mean().mul(temperature * temperature);
    }
}
