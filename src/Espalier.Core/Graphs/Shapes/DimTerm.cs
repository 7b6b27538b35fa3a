namespace Espalier.Graphs.Shapes;

/// <summary>A coefficient times a product of atoms in ascending order; no atoms make a constant.</summary>
internal readonly struct DimTerm(long coefficient, DimAtom[] atoms)
{
    public long Coefficient { get; } = coefficient;

    public DimAtom[] Atoms { get; } = atoms;

    /// <summary>Graded lexicographic order of the products: an order that multiplication keeps, as division needs.</summary>
    public static int CompareAtoms(DimTerm a, DimTerm b)
    {
        if (a.Atoms.Length != b.Atoms.Length) return a.Atoms.Length.CompareTo(b.Atoms.Length);
        for (var i = 0; i < a.Atoms.Length; i++)
        {
            var order = b.Atoms[i].CompareTo(a.Atoms[i]);
            if (order != 0) return order;
        }
        return 0;
    }

    /// <summary>The product, or null if it overflows or has too many factors.</summary>
    public static DimTerm? Multiply(DimTerm a, DimTerm b)
    {
        if (DimArithmetic.Multiply(a.Coefficient, b.Coefficient) is not { } coefficient) return null;
        if (a.Atoms.Length + b.Atoms.Length > DimPolynomial.MaximumDegree) return null;
        if (a.Atoms.Length == 0 || b.Atoms.Length == 0) return new DimTerm(coefficient, a.Atoms.Length == 0 ? b.Atoms : a.Atoms);
        DimAtom[] atoms = [.. a.Atoms, .. b.Atoms];
        Array.Sort(atoms);
        return new DimTerm(coefficient, atoms);
    }

    /// <summary>The quotient, or null if the division leaves a remainder.</summary>
    public static DimTerm? Divide(DimTerm a, DimTerm b)
    {
        if (b.Coefficient is 0 or -1 || a.Coefficient % b.Coefficient != 0 || a.Atoms.Length < b.Atoms.Length) return null;
        var rest = a.Atoms.ToList();
        foreach (var atom in b.Atoms)
        {
            if (!rest.Remove(atom)) return null;
        }
        return new DimTerm(a.Coefficient / b.Coefficient, [.. rest]);
    }

    public bool Equals(DimTerm other) => Coefficient == other.Coefficient && Atoms.AsSpan().SequenceEqual(other.Atoms);
}
