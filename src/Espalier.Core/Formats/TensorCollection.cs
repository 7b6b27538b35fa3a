using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using Espalier.Tensors;

namespace Espalier.Formats;

/// <summary>
/// Named tensors of one model: an opened file, several shards, or memory. Owns what it opened; tensor data taken from it
/// must not be used after disposal.
/// </summary>
public abstract class TensorCollection : IDisposable
{
    /// <summary>Names of all tensors, in the order of the file or files.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Where the tensors come from, for messages: a file or folder, or <c>memory</c>.</summary>
    public abstract string Origin { get; }

    /// <summary>Text metadata of the file; empty when it has none.</summary>
    public virtual IReadOnlyDictionary<string, string> Metadata => ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Number of tensors.</summary>
    public int Count => Names.Count;

    /// <summary>Looks a tensor up.</summary>
    /// <returns>False when there is no tensor of that name.</returns>
    public abstract bool TryGet(string name, [NotNullWhen(true)] out TensorData? data);

    /// <summary>True when there is a tensor of that name.</summary>
    public bool Contains(string name) => TryGet(name, out _);

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="EspalierException">There is none; the message lists near names.</exception>
    public TensorData this[string name] => TryGet(name, out var data) ? data : throw Missing(name);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the collection opened.</summary>
    /// <param name="disposing">True when called from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }

    private EspalierException Missing(string name)
    {
        var remedy = NearNames.Suggest(name, Names)
            ?? (Count == 0 ? "It holds no tensors at all" : $"It holds {Count} tensors, the first is {NearNames.Quote(Names[0])}");
        return new EspalierException($"there is no tensor {NearNames.Quote(name)}", Origin, remedy);
    }
}
