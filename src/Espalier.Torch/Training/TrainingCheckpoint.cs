using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Espalier.Formats.Safetensors;
using Espalier.Recipes;
using Espalier.Torch.Execution;
using static TorchSharp.torch;

namespace Espalier.Torch.Training;

/// <summary>
/// All that a run needs to go on as if it had not stopped, in one safetensors file that appears atomically: weights, both moments of the
/// optimizer, and as metadata the step, the place in the text, the generator's state, and sums that the log has not shown yet.
/// </summary>
internal sealed record TrainingCheckpoint
{
    /// <summary>Name of the file in the run's folder.</summary>
    public const string FileName = "checkpoint.safetensors";

    private const string Weights = "weights/";

    public required int Step { get; init; }

    public required (ulong S0, ulong S1, ulong S2, ulong S3) PassState { get; init; }

    public required int Taken { get; init; }

    public required double LossSum { get; init; }

    public required int LossCount { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Hash of options, text and shapes: a checkpoint continues only the run that wrote it.</summary>
    public required string Fingerprint { get; init; }

    public static string FingerprintOf(GraphModule module, TrainingOptions options, int[] tokens, int totalSteps)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // How often the run reports and saves does not change what it computes.
        var essential = options with { LogInterval = 1, EvaluationInterval = 1, CheckpointInterval = null };
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{essential} {totalSteps}")));
        hash.AppendData(MemoryMarshal.AsBytes<int>(tokens));
        foreach (var (name, parameter) in module.Trainable) hash.AppendData(Encoding.UTF8.GetBytes($"{name} {string.Join('x', parameter.shape)}"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public void Save(string path, GraphModule module, AdamW optimizer)
    {
        var metadata = new Dictionary<string, string>
        {
            ["step"] = Text(Step),
            ["pass_state"] = string.Join(' ', Text(PassState.S0), Text(PassState.S1), Text(PassState.S2), Text(PassState.S3)),
            ["taken"] = Text(Taken),
            ["loss_sum"] = LossSum.ToString("R", CultureInfo.InvariantCulture),
            ["loss_count"] = Text(LossCount),
            ["seconds"] = Seconds.ToString("R", CultureInfo.InvariantCulture),
            ["fingerprint"] = Fingerprint,
        };
        StateFile.Save(path, Tensors(module, optimizer), metadata);
    }

    /// <summary>Reads a checkpoint and fills weights and moments.</summary>
    /// <exception cref="UsageException">It belongs to another run.</exception>
    /// <exception cref="EspalierException">The file is damaged.</exception>
    public static TrainingCheckpoint Load(string path, string fingerprint, GraphModule module, AdamW optimizer)
    {
        using var file = SafetensorsFile.Open(path);
        var checkpoint = Parse(path, file.Metadata);
        if (checkpoint.Fingerprint != fingerprint)
        {
            throw new UsageException("the checkpoint belongs to a run with other options, another text or another model", path,
                "Train with the recipe that wrote it, or choose another folder to start anew");
        }
        StateFile.Fill(file, Tensors(module, optimizer));
        optimizer.Restore(checkpoint.Step);
        return checkpoint;
    }

    private static TrainingCheckpoint Parse(string path, IReadOnlyDictionary<string, string> metadata)
    {
        try
        {
            var state = Array.ConvertAll(metadata["pass_state"].Split(' '), word => ulong.Parse(word, CultureInfo.InvariantCulture));
            return new TrainingCheckpoint
            {
                Step = int.Parse(metadata["step"], CultureInfo.InvariantCulture),
                PassState = (state[0], state[1], state[2], state[3]),
                Taken = int.Parse(metadata["taken"], CultureInfo.InvariantCulture),
                LossSum = double.Parse(metadata["loss_sum"], CultureInfo.InvariantCulture),
                LossCount = int.Parse(metadata["loss_count"], CultureInfo.InvariantCulture),
                Seconds = double.Parse(metadata["seconds"], CultureInfo.InvariantCulture),
                Fingerprint = metadata["fingerprint"],
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new InvalidFileException(path, $"its metadata are not those of a training checkpoint ({e.Message.TrimEnd('.')})",
                remedy: "Delete it to start anew", inner: e);
        }
    }

    private static (string Name, Tensor Tensor)[] Tensors(GraphModule module, AdamW optimizer) =>
        [.. module.Trainable.Select(pair => (Weights + pair.Key, (Tensor)pair.Value)), .. optimizer.State];

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
