using System.Text.Json;
using Espalier.Formats.Safetensors;
using Espalier.Reports;
using Espalier.Sparsity;
using Espalier.Tensors;

namespace Espalier.Methods.Runs;

/// <summary>A finished layer on disk: its new weight, its mask, its report. One safetensors file, written atomically.</summary>
internal sealed class LayerRecord
{
    private const string WeightName = "weight";
    private const string MaskName = "mask";
    private const string ReportKey = "report";

    private LayerRecord(LayerReport report, TensorData weight, Mask mask)
    {
        Report = report;
        Weight = weight;
        Mask = mask;
    }

    /// <summary>What happened to the layer.</summary>
    public LayerReport Report { get; }

    /// <summary>The new weight in the checkpoint's layout and the output's type; read from the file on demand.</summary>
    public TensorData Weight { get; }

    /// <summary>What is kept, [outputs, inputs].</summary>
    public Mask Mask { get; }

    /// <summary>Writes a record.</summary>
    /// <param name="path">Target.</param>
    /// <param name="report">What happened.</param>
    /// <param name="weight">The new weight, already rounded to <paramref name="type"/>.</param>
    /// <param name="type">Type of the written weights.</param>
    /// <param name="mask">What is kept.</param>
    public static void Write(string path, LayerReport report, TensorData weight, ElementType type, Mask mask)
    {
        var packed = MaskFile.ToTensor(mask);
        var metadata = new Dictionary<string, string> { [ReportKey] = JsonSerializer.Serialize(report) };
        using var writer = new SafetensorsWriter(path, [new(WeightName, type, weight.Shape), new(MaskName, packed.ElementType, packed.Shape)], metadata);
        writer.Write(WeightName, weight);
        writer.Write(MaskName, packed);
        writer.Complete();
    }

    /// <summary>Reads a record.</summary>
    public static LayerRecord Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        var report = file.Metadata.TryGetValue(ReportKey, out var json) ? JsonSerializer.Deserialize<LayerReport>(json) : null;
        if (report is null) throw new InvalidFileException(path, "it holds no report of a layer");
        return new LayerRecord(report, ReopenedTensor.Find(path, WeightName), MaskFile.FromTensor(file[MaskName], report.Columns, path));
    }
}
