using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Espalier.Torch.Loading;

/// <summary>
/// Stands behind the runtime's own search for TorchSharp's native library. The event is raised only when that search failed, so a system
/// on which TorchSharp loads by itself is not touched.
/// </summary>
internal static class TorchLibraryResolver
{
    private const string LibraryName = "LibTorchSharp";

    private static readonly Lock Gate = new();

    /// <summary>The outcome of our own attempt; null as long as the runtime's search has not failed.</summary>
    public static LoadOutcome? Outcome { get; private set; }

    private static Assembly TorchSharpAssembly => typeof(TorchSharp.torch).Assembly;

    /// <summary>Folder of TorchSharp.dll; empty when it was loaded from memory or a single file.</summary>
    [SuppressMessage("SingleFile", "IL3000", Justification = "An empty location is handled.")]
    public static string TorchSharpFolder => Path.GetDirectoryName(TorchSharpAssembly.Location) ?? "";

    /// <summary>Runs before any code of this assembly; the mere mention of <c>typeof(torch)</c> does not initialise TorchSharp.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "TorchSharp loads its library in a static constructor: only a module initializer is sure to come first.")]
    internal static void Subscribe() =>
        (AssemblyLoadContext.GetLoadContext(TorchSharpAssembly) ?? AssemblyLoadContext.Default).ResolvingUnmanagedDll += Resolve;

    /// <summary>Makes the same request as TorchSharp's static constructor, without what it does after a failure.</summary>
    /// <returns>Whether the library is there; if not, <see cref="Outcome"/> tells why.</returns>
    public static bool TryLoad() => NativeLibrary.TryLoad(LibraryName, TorchSharpAssembly, null, out _) && Outcome?.Failure is null;

    private static IntPtr Resolve(Assembly assembly, string name)
    {
        if (assembly != TorchSharpAssembly || name != LibraryName) return IntPtr.Zero;
        lock (Gate)
        {
            Outcome ??= NativeLoader.Load(TorchSharpFolder);
            return Outcome.Failure is null ? Outcome.Handle : Block();
        }
    }

    // A failure that is reported as such makes TorchSharp copy all native packages (500 MB) below the application folder, print to the
    // console and name a wrong cause; an exception from here is swallowed on the way. So TorchSharp gets a handle that is good for nothing,
    // and every native call that it makes is answered with the true reason.
    private static IntPtr Block()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(TorchSharpAssembly, (_, _, _) => throw Outcome!.Failure!.ToException());
        }
        catch (InvalidOperationException)
        {
            // The application or an earlier attempt set one: calls then end with EntryPointNotFoundException, and EnsureLoaded tells the reason.
        }
        return NativeLibrary.GetMainProgramHandle();
    }
}
