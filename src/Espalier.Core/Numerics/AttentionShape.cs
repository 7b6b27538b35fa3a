namespace Espalier.Numerics;

/// <summary>Sizes of one attention over one sequence.</summary>
/// <param name="Queries">Query positions.</param>
/// <param name="Keys">Key positions.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key/value heads; each serves as many query heads in a row.</param>
/// <param name="HeadDim">Components of a head, a multiple of <see cref="AttentionKernel.HeadMultiple"/>.</param>
/// <param name="Scale">Factor of the scores, usually one over the root of <paramref name="HeadDim"/>.</param>
/// <param name="Causal">Query i sees keys 0 to i only; needs as many keys as queries.</param>
public readonly record struct AttentionShape(int Queries, int Keys, int Heads, int KvHeads, int HeadDim, double Scale, bool Causal)
{
    internal long QueryStride => (long)Heads * HeadDim;

    internal long KeyStride => (long)KvHeads * HeadDim;

    internal void Validate()
    {
        if (KvHeads < 1 || Heads % KvHeads != 0) throw new UsageException($"{Heads} query heads cannot share {KvHeads} key/value heads");
        if (HeadDim < 1 || HeadDim % AttentionKernel.HeadMultiple != 0) throw new UsageException($"The head size {HeadDim} is not a multiple of {AttentionKernel.HeadMultiple}");
        if (Queries < 0 || Keys < 0 || (Causal && Keys != Queries)) throw new UsageException($"{Queries} queries and {Keys} keys do not make {(Causal ? "causal " : "")}attention");
    }
}
