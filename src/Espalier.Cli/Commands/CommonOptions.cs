using System.CommandLine;
using Espalier.Torch;
using TorchSharp;

namespace Espalier.Cli.Commands;

/// <summary>Arguments and options that several commands share.</summary>
internal static class CommonOptions
{
    /// <summary>The model.</summary>
    public static Argument<string> Model() => new("MODEL") { Description = "folder of a model (config.json and weights), a GGUF file, or an ONNX file" };

    /// <summary>Machine-readable results.</summary>
    public static Option<bool> Json() => new("--json") { Description = "print the result as one JSON object" };

    /// <summary>Device of forward passes.</summary>
    public static Option<string> Device() => new("--device") { HelpName = "DEVICE", Description = "cpu, cuda or cuda:N", DefaultValueFactory = _ => "cpu" };

    /// <summary>Threads.</summary>
    public static Option<int?> Threads() => new("--threads") { HelpName = "N", Description = "threads; all cores if left out" };

    /// <summary>Parses the device and sets the thread count.</summary>
    public static torch.Device Prepare(string device, int? threads)
    {
        if (threads < 1) throw new UsageException($"{threads} threads cannot compute", "--threads", "Use at least 1");
        var parsed = TorchDevice.Parse(device);
        torch.set_num_threads(threads ?? Environment.ProcessorCount);
        return parsed;
    }

    /// <summary>Sizes of the symbols of an ONNX file's inputs.</summary>
    public static Option<string[]> Size() => new("--size") { HelpName = "NAME=N", Description = "size of a symbol of an ONNX file's inputs, for example --size batch=8; 1 if left out; may be repeated", AllowMultipleArgumentsPerToken = false };
}
