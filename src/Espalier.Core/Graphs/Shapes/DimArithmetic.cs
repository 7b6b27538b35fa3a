namespace Espalier.Graphs.Shapes;

/// <summary>Arithmetic on sizes. Symbols are sizes, so they count as not negative; what overflows is unknown.</summary>
internal static class DimArithmetic
{
    public static long? Add(long a, long b) => Narrow((Int128)a + b);

    public static long? Multiply(long a, long b) => Narrow((Int128)a * b);

    public static long FloorDivide(long a, long b)
    {
        var quotient = a / b;
        return a % b < 0 ? quotient - 1 : quotient;
    }

    public static Dim Add(Dim a, Dim b)
    {
        if (a.IsUnknown || b.IsUnknown) return Dim.Unknown;
        if (a.Size is { } left && b.Size is { } right) return Known(Add(left, right));
        if (a.Size == 0) return b;
        if (b.Size == 0) return a;
        return DimPolynomial.Sum([.. DimPolynomial.TermsOf(a), .. DimPolynomial.TermsOf(b)]);
    }

    public static Dim Subtract(Dim a, Dim b) => b.Size == 0 ? a : Add(a, Multiply(b, -1));

    public static Dim Multiply(Dim a, Dim b)
    {
        if (a.Size == 0 || b.Size == 0) return 0;
        if (a.IsUnknown || b.IsUnknown) return Dim.Unknown;
        if (a.Size is { } left && b.Size is { } right) return Known(Multiply(left, right));
        if (a.Size == 1) return b;
        if (b.Size == 1) return a;
        var products = new List<DimTerm>();
        foreach (var x in DimPolynomial.TermsOf(a))
        {
            foreach (var y in DimPolynomial.TermsOf(b))
            {
                if (DimTerm.Multiply(x, y) is not { } product) return Dim.Unknown;
                products.Add(product);
            }
        }
        return DimPolynomial.Sum(products);
    }

    /// <summary>Long division by leading terms; unknown if anything is left over.</summary>
    public static Dim DivideExactly(Dim a, Dim b)
    {
        if (a.IsUnknown || b.IsUnknown || b.Size is 0 or -1) return Dim.Unknown;
        if (a.Size is { } left && b.Size is { } right) return left % right == 0 ? left / right : Dim.Unknown;
        if (a == b) return 1;
        var divisor = DimPolynomial.TermsOf(b);
        var quotient = new List<DimTerm>();
        var rest = a;
        for (var step = 0; rest.Size != 0; step++)
        {
            if (rest.IsUnknown || step > 32 || DimTerm.Divide(DimPolynomial.TermsOf(rest)[0], divisor[0]) is not { } term) return Dim.Unknown;
            quotient.Add(term);
            rest = Subtract(rest, Multiply(DimPolynomial.Sum([term]), b));
        }
        return DimPolynomial.Sum(quotient);
    }

    public static Dim FloorDivide(Dim a, Dim b)
    {
        if (a.IsUnknown || b.IsUnknown || b.Size <= 0) return Dim.Unknown;
        if (a.Size is { } left && b.Size is { } right) return FloorDivide(left, right);
        if (DivideExactly(a, b) is { IsUnknown: false } exact) return exact;
        return b.Size is { } divisor ? FloorDivide(a, divisor) : Atom(DimFunction.Floor, a, b);
    }

    /// <summary>The smaller or larger of two sizes.</summary>
    public static Dim Choose(DimFunction function, Dim a, Dim b)
    {
        if (a.IsUnknown || b.IsUnknown) return Dim.Unknown;
        if (IsAtLeast(a, b)) return function == DimFunction.Max ? a : b;
        if (IsAtLeast(b, a)) return function == DimFunction.Max ? b : a;
        return Sorted(function, a, b);
    }

    /// <summary>The size of two axes that broadcast, neither of them fixed.</summary>
    public static Dim Broadcast(Dim a, Dim b)
    {
        if (a.IsUnknown || b.IsUnknown) return Dim.Unknown;
        if (a == b || IsMinimumWith(b, a)) return a;
        return IsMinimumWith(a, b) ? b : Sorted(DimFunction.Broadcast, a, b);
    }

    /// <summary>True if a is not smaller than b whatever the symbols stand for.</summary>
    public static bool IsAtLeast(Dim a, Dim b)
    {
        var difference = a - b;
        return IsNonNegative(difference) || QuotientsAreOrdered(difference);
    }

    /// <summary>True if the size cannot be negative.</summary>
    public static bool IsNonNegative(Dim dim)
    {
        if (dim.IsUnknown) return false;
        foreach (var term in DimPolynomial.TermsOf(dim))
        {
            if (term.Coefficient < 0 || !Array.TrueForAll(term.Atoms, IsNonNegative)) return false;
        }
        return true;
    }

    /// <summary>True if the sizes differ for all positive sizes of the symbols.</summary>
    public static bool Differ(Dim a, Dim b)
    {
        var difference = a - b;
        if (difference.Size is { } size) return size != 0;
        if (difference.IsUnknown) return false;
        var terms = DimPolynomial.TermsOf(difference);
        var symbolic = Array.TrueForAll(terms, term => Array.TrueForAll(term.Atoms, atom => atom.Function == DimFunction.Symbol));
        return symbolic && (Array.TrueForAll(terms, term => term.Coefficient > 0) || Array.TrueForAll(terms, term => term.Coefficient < 0));
    }

    private static bool IsNonNegative(DimAtom atom) => atom.Function switch
    {
        DimFunction.Symbol => true,
        DimFunction.Floor => IsNonNegative(atom.Left),
        DimFunction.Max => IsNonNegative(atom.Left) || IsNonNegative(atom.Right),
        _ => IsNonNegative(atom.Left) && IsNonNegative(atom.Right),
    };

    /// <summary>min(k, s) meets s: the two agree, or s exceeds k and they do not broadcast at all.</summary>
    private static bool IsMinimumWith(Dim minimum, Dim other) =>
        minimum.Expression is { } expression && expression.Terms is [{ Coefficient: 1, Atoms: [{ Function: DimFunction.Min } atom] }]
        && ((atom.Left == other && atom.Right.Size > 1) || (atom.Right == other && atom.Left.Size > 1));

    /// <summary>floor(p / k) - floor(q / k) + c is not negative if p + c k is not below q.</summary>
    private static bool QuotientsAreOrdered(Dim difference)
    {
        DimAtom? positive = null, negative = null;
        var constant = 0L;
        foreach (var term in difference.IsUnknown ? [] : DimPolynomial.TermsOf(difference))
        {
            switch (term)
            {
                case { Coefficient: 1, Atoms: [{ Function: DimFunction.Floor } atom] } when positive is null: positive = atom; break;
                case { Coefficient: -1, Atoms: [{ Function: DimFunction.Floor } atom] } when negative is null: negative = atom; break;
                case { Atoms: [] }: constant = term.Coefficient; break;
                default: return false;
            }
        }
        if (positive is null || negative is null || positive.Right != negative.Right) return false;
        return IsNonNegative(positive.Left + (positive.Right * constant) - negative.Left);
    }

    /// <summary>
    /// Whole multiples of the divisor leave the quotient, floor((c k + r) m / k) = c m + floor(r m / k), and a quotient of a quotient
    /// is one quotient, floor((floor(p / a) + r) / k) = floor((p + a r) / (a k)): stacks of strided windows stay short and comparable.
    /// </summary>
    private static Dim FloorDivide(Dim a, long divisor)
    {
        var whole = new List<DimTerm>();
        var rest = new List<DimTerm>();
        foreach (var term in DimPolynomial.TermsOf(a))
        {
            var quotient = FloorDivide(term.Coefficient, divisor);
            if (quotient != 0) whole.Add(new DimTerm(quotient, term.Atoms));
            var remainder = term.Coefficient - (quotient * divisor);
            if (remainder != 0) rest.Add(new DimTerm(remainder, term.Atoms));
        }
        var inner = rest.FindIndex(term => term is { Coefficient: 1, Atoms: [{ Function: DimFunction.Floor, Right.Size: not null }] });
        var quotients = rest.Count(term => Array.Exists(term.Atoms, atom => atom.Function == DimFunction.Floor));
        Dim fraction;
        if (inner >= 0 && quotients == 1)
        {
            var atom = rest[inner].Atoms[0];
            rest.RemoveAt(inner);
            fraction = FloorDivide(atom.Left + (atom.Right * DimPolynomial.Sum(rest)), atom.Right * divisor);
        }
        else
        {
            fraction = DimPolynomial.Sum(rest) is { Size: null } symbolic ? Atom(DimFunction.Floor, symbolic, divisor) : 0;
        }
        return DimPolynomial.Sum(whole) + fraction;
    }

    private static Dim Sorted(DimFunction function, Dim a, Dim b) =>
        string.CompareOrdinal(a.ToString(), b.ToString()) <= 0 ? Atom(function, a, b) : Atom(function, b, a);

    private static Dim Atom(DimFunction function, Dim a, Dim b) =>
        a.IsUnknown || b.IsUnknown ? Dim.Unknown : DimPolynomial.Sum([new DimTerm(1, [new DimAtom(function, a, b)])]);

    private static Dim Known(long? size) => size is { } known ? known : Dim.Unknown;

    private static long? Narrow(Int128 value) => value < long.MinValue || value > long.MaxValue ? null : (long)value;
}
