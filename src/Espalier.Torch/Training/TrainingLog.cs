using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Espalier.Formats;

namespace Espalier.Torch.Training;

/// <summary>The training log: one JSON object a line, flushed at once. A resumed run cuts off what its checkpoint has not seen.</summary>
internal sealed class TrainingLog : IDisposable
{
    /// <summary>Name of the file in the run's folder.</summary>
    public const string FileName = "training-log.jsonl";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly StreamWriter _writer;

    /// <summary>Opens the log of a run.</summary>
    /// <param name="path">The file.</param>
    /// <param name="afterStep">Step that the run continues after; lines of later steps are removed. 0 starts an empty log.</param>
    public TrainingLog(string path, int afterStep)
    {
        try
        {
            var kept = afterStep > 0 && File.Exists(path) ? File.ReadLines(path).Where(line => StepOf(line) <= afterStep).ToList() : [];
            using (var file = new AtomicFile(path))
            {
                file.Write(0, Encoding.UTF8.GetBytes(string.Concat(kept.Select(line => line + "\n"))));
                file.Publish();
            }
            _writer = new StreamWriter(path, append: true) { AutoFlush = true, NewLine = "\n" };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EspalierException($"the training log cannot be written: {e.Message}", path, "Check that you may write there", e);
        }
    }

    public void Write(TrainingProgress progress) => _writer.WriteLine(JsonSerializer.Serialize(new Line(
        progress.Step,
        Math.Round(progress.Loss, 5),
        double.Parse(progress.LearningRate.ToString("G5", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture),
        Math.Round(progress.GradientNorm, 4),
        Math.Round(progress.TokensPerSecond),
        Math.Round(progress.Elapsed.TotalSeconds, 1),
        progress.HeldOutLoss is { } loss ? Math.Round(loss, 5) : null), Options));

    /// <summary>Adds a line of another kind of run; it has a property <c>step</c>.</summary>
    public void Write<T>(T line) => _writer.WriteLine(JsonSerializer.Serialize(line, Options));

    public void Dispose() => _writer.Dispose();

    // A line that a killed run left half written belongs to no step that was saved.
    private static int StepOf(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.GetProperty("step").GetInt32();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return int.MaxValue;
        }
    }

    private sealed record Line(int Step, double Loss, double Lr, double GradNorm, double TokensPerSecond, double Seconds, double? HeldOutLoss);
}
