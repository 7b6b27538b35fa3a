using System.Globalization;
using Espalier.Formats.Safetensors;
using static TorchSharp.torch;

namespace Espalier.Torch.Training.Vision;

/// <summary>
/// All that the training of a classifier needs to go on as if it had not stopped, in one safetensors file that appears atomically: weights, running
/// statistics, maps and the optimizer's state, and as metadata the step and sums that no message has shown yet. The step gives the place in the images.
/// </summary>
/// <param name="Step">Steps done.</param>
/// <param name="Sums">Losses not reported yet.</param>
/// <param name="Seconds">Time so far.</param>
/// <param name="Fingerprint">A checkpoint continues only the run that wrote it.</param>
internal sealed record ImageCheckpoint(int Step, LossSums Sums, double Seconds, string Fingerprint)
{
    public void Save(string path, IReadOnlyList<(string Name, Tensor Tensor)> tensors) => StateFile.Save(path, tensors, new Dictionary<string, string>
    {
        ["step"] = Step.ToString(CultureInfo.InvariantCulture),
        ["loss_sums"] = Sums.Format(),
        ["seconds"] = Seconds.ToString("R", CultureInfo.InvariantCulture),
        ["fingerprint"] = Fingerprint,
    });

    /// <summary>Reads a checkpoint and fills the tensors.</summary>
    /// <exception cref="UsageException">It belongs to another run.</exception>
    /// <exception cref="EspalierException">The file is damaged.</exception>
    public static ImageCheckpoint Load(string path, string fingerprint, IReadOnlyList<(string Name, Tensor Tensor)> tensors)
    {
        using var file = SafetensorsFile.Open(path);
        var checkpoint = Parse(path, file.Metadata);
        if (checkpoint.Fingerprint != fingerprint)
        {
            throw new UsageException("the checkpoint belongs to a run with other options, other images or another model", path,
                "Train with the options that wrote it, or choose another folder to start anew");
        }
        StateFile.Fill(file, tensors);
        return checkpoint;
    }

    private static ImageCheckpoint Parse(string path, IReadOnlyDictionary<string, string> metadata)
    {
        try
        {
            return new ImageCheckpoint(int.Parse(metadata["step"], CultureInfo.InvariantCulture), LossSums.Parse(metadata["loss_sums"]),
                double.Parse(metadata["seconds"], CultureInfo.InvariantCulture), metadata["fingerprint"]);
        }
        catch (Exception e) when (e is KeyNotFoundException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new InvalidFileException(path, $"its metadata are not those of a checkpoint of image training ({e.Message.TrimEnd('.')})", remedy: "Delete it to start anew", inner: e);
        }
    }
}
