using static TorchSharp.torch;

namespace Espalier.Evaluation;

/// <summary>Describes the arithmetic of forward passes for reports.</summary>
internal static class Arithmetic
{
    /// <summary>For example <c>f32 on cpu, 2 threads</c>.</summary>
    public static string Describe(Device device) =>
        device.type == TorchSharp.DeviceType.CPU ? $"f32 on cpu, {get_num_threads()} threads" : $"f32 on {device.ToString().ToLowerInvariant()}";
}
