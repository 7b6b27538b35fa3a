using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Espalier.Torch.Execution;

namespace Espalier.Evaluation;

/// <summary>
/// Brings the loader of libtorch into place together with this assembly. A caller who writes <c>new PerplexityEvaluator(graph, torch.CPU)</c> touches
/// TorchSharp before anything of Espalier.Torch, whose own initializer would come too late.
/// </summary>
internal static class TorchActivation
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255:The 'ModuleInitializer' attribute should not be used in libraries", Justification = "Nothing later is early enough, see above.")]
    internal static void Initialize() => RuntimeHelpers.RunModuleConstructor(typeof(GraphExecutor).Module.ModuleHandle);
}
