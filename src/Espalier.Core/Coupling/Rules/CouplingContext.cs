using Espalier.Graphs;

namespace Espalier.Coupling.Rules;

/// <summary>What a coupling rule sees of its node.</summary>
internal sealed class CouplingContext(CouplingBuilder builder, Node node)
{
    private readonly TermUnifier _unifier = builder.Unifier;

    public Node Node { get; } = node;

    public NodeAttributes Attributes => Node.Attributes;

    public CouplingBuilder Builder => builder;

    /// <summary>True if the ranks of all inputs and outputs are known.</summary>
    public bool RanksKnown => Node.Inputs.Concat(Node.Outputs).All(value => value is null || value.Shape is not null);

    public bool Has(int input) => Node.OptionalInput(input) is not null;

    /// <summary>Terms of an input.</summary>
    public IReadOnlyList<DimensionTerm> In(int input) => builder.Terms(Node.Input(input))!;

    /// <summary>Sizes of an output's axes.</summary>
    public IReadOnlyList<Dim> OutShape(int output = 0) => Node.Outputs[output]!.Shape!;

    public DimensionTerm Fresh(Dim size) => _unifier.Fresh(size);

    /// <summary>A dimension that keeps its size because of this node.</summary>
    public DimensionTerm Fixed(Dim size, string why) => _unifier.Frozen(size, new FreezeReason(why, Node));

    public void Unify(DimensionTerm a, DimensionTerm b) => _unifier.Unify(a, b, Node);

    public void Freeze(DimensionTerm term, string why) => TermUnifier.Freeze(term, new FreezeReason(why, Node));

    public void FreezeInput(int input, string why)
    {
        foreach (var term in In(input)) Freeze(term, why);
    }

    /// <summary>Sets the terms of an output.</summary>
    public void Out(int output, params IReadOnlyList<DimensionTerm> terms)
    {
        if (output < Node.Outputs.Count) builder.Set(Node.Outputs[output], terms);
    }

    /// <summary>Every output axis is new and keeps its size.</summary>
    public void OutFixed(int output, string why)
    {
        if (output < Node.Outputs.Count && Node.Outputs[output] is { } value) builder.Set(value, [.. value.Shape!.Select(size => Fixed(size, why))]);
    }

    public void Mark(DimensionTerm term, UnitKind kind) => builder.Mark(term, kind);

    /// <summary>The axis counted from the front.</summary>
    public static int Axis(long axis, int rank) => (int)(axis < 0 ? axis + rank : axis);

    /// <summary>Right-aligned broadcasting of an input against given terms; axes of size 1 are free. Returns the joint terms.</summary>
    public IReadOnlyList<DimensionTerm> Broadcast(IReadOnlyList<DimensionTerm> a, IReadOnlyList<DimensionTerm> b)
    {
        var rank = Math.Max(a.Count, b.Count);
        var result = new DimensionTerm[rank];
        for (var i = 0; i < rank; i++)
        {
            var left = i < rank - a.Count ? DimensionTerm.One : a[i - rank + a.Count];
            var right = i < rank - b.Count ? DimensionTerm.One : b[i - rank + b.Count];
            if (left.Size.Size == 1) result[i] = right;
            else if (right.Size.Size == 1) result[i] = left;
            else
            {
                // Of a size known at run time and a fixed one, the first may turn out to be 1; the fixed one is the result.
                if (left.Size == right.Size) Unify(left, right);
                else BroadcastUnequal(left, right);
                result[i] = left.Size.Size is not null ? left : right;
            }
        }
        return result;
    }

    private void BroadcastUnequal(DimensionTerm left, DimensionTerm right)
    {
        Freeze(left, "it meets an axis whose size is known at run time only");
        Freeze(right, "it meets an axis whose size is known at run time only");
    }

    /// <summary>A one-dimensional parameter or broadcast vector along an axis: ties its only long axis.</summary>
    public void TieVector(int input, DimensionTerm axis)
    {
        if (!Has(input)) return;
        foreach (var term in In(input))
        {
            if (term.Size.Size != 1) Unify(term, axis);
        }
    }

    /// <summary>Integers that are known before the run, from an attribute or an input; null otherwise.</summary>
    public long[]? Ints(string attribute, int input) => Attributes.Ints(attribute) ?? (Has(input) ? Known(input) : null);

    /// <summary>The contents of a small integer input, if all of them are fixed.</summary>
    public long[]? Known(int input) => Node.OptionalInput(input)?.Contents?.ToFixed();
}
