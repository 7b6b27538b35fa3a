using Espalier.Formats;
using Espalier.Methods.Magnitude;
using Espalier.Methods.Ria;
using Espalier.Methods.SparseGpt;
using Espalier.Methods.Wanda;

namespace Espalier.Methods;

/// <summary>All methods. What is not here does not exist: the command line, the docs and the contract tests read this list.</summary>
public static class MethodRegistry
{
    /// <summary>The methods in the order of the docs.</summary>
    public static IReadOnlyList<MethodDescriptor> All { get; } = [MagnitudeMethod.Descriptor, WandaMethod.Descriptor, RiaMethod.Descriptor, SparseGptMethod.Descriptor];

    /// <summary>The method of an id.</summary>
    /// <exception cref="UsageException">There is none; the nearest is suggested.</exception>
    public static MethodDescriptor Find(string id) => All.FirstOrDefault(method => method.Id == id)
        ?? throw new UsageException($"there is no method '{id}'", "--method", NearNames.Suggest(id, All.Select(method => method.Id)) ?? $"Methods are {string.Join(", ", All.Select(method => method.Id))}");
}
