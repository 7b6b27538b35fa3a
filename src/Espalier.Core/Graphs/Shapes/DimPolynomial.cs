using System.Globalization;
using System.Text;

namespace Espalier.Graphs.Shapes;

/// <summary>
/// A sum of terms over symbols in canonical form: terms in descending order, no two with the same atoms, none zero. Never a constant nor a
/// lone symbol, which <see cref="Dim"/> holds itself.
/// </summary>
internal sealed class DimPolynomial : IEquatable<DimPolynomial>
{
    /// <summary>Most factors of a term; larger products become unknown.</summary>
    public const int MaximumDegree = 8;

    /// <summary>Longest text; expressions that print longer become unknown.</summary>
    public const int MaximumText = 400;

    private const int MaximumTerms = 24;
    private readonly DimTerm[] _terms;

    private DimPolynomial(DimTerm[] terms, string text)
    {
        _terms = terms;
        Text = text;
    }

    public ReadOnlySpan<DimTerm> Terms => _terms;

    public string Text { get; }

    public IEnumerable<string> Symbols => _terms.SelectMany(term => term.Atoms).SelectMany(atom => atom.Symbols);

    /// <summary>The terms of a size that is not unknown.</summary>
    public static DimTerm[] TermsOf(Dim dim)
    {
        if (dim.Expression is { } expression) return expression._terms;
        if (dim.Symbol is { } symbol) return [new DimTerm(1, [new DimAtom(symbol)])];
        return dim.Size is { } size and not 0 ? [new DimTerm(size, [])] : [];
    }

    /// <summary>The sum of terms in any order, brought to canonical form; unknown where it overflows or grows beyond measure.</summary>
    public static Dim Sum(List<DimTerm> terms)
    {
        terms.Sort((a, b) => DimTerm.CompareAtoms(b, a));
        var merged = new List<DimTerm>(terms.Count);
        foreach (var term in terms)
        {
            if (merged.Count > 0 && DimTerm.CompareAtoms(merged[^1], term) == 0)
            {
                if (DimArithmetic.Add(merged[^1].Coefficient, term.Coefficient) is not { } sum) return Dim.Unknown;
                merged[^1] = new DimTerm(sum, term.Atoms);
            }
            else
            {
                merged.Add(term);
            }
        }
        merged.RemoveAll(term => term.Coefficient == 0);
        if (merged.Count == 0) return 0;
        if (merged.Count == 1 && merged[0].Atoms.Length == 0) return merged[0].Coefficient;
        if (merged is [{ Coefficient: 1, Atoms: [{ Function: DimFunction.Symbol } atom] }]) return atom.Text;
        if (merged.Count > MaximumTerms) return Dim.Unknown;
        var text = Print(merged);
        return text.Length > MaximumText ? Dim.Unknown : Dim.Of(new DimPolynomial([.. merged], text));
    }

    public long? Evaluate(IReadOnlyDictionary<string, long> sizes)
    {
        long? sum = 0;
        foreach (var term in _terms)
        {
            long? product = term.Coefficient;
            foreach (var atom in term.Atoms)
            {
                product = product is { } left && atom.Evaluate(sizes) is { } right ? DimArithmetic.Multiply(left, right) : null;
            }
            sum = sum is { } before && product is { } added ? DimArithmetic.Add(before, added) : null;
        }
        return sum;
    }

    public bool Equals(DimPolynomial? other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is null || Text != other.Text || _terms.Length != other._terms.Length) return false;
        for (var i = 0; i < _terms.Length; i++)
        {
            if (!_terms[i].Equals(other._terms[i])) return false;
        }
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as DimPolynomial);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    private static string Print(List<DimTerm> terms)
    {
        var text = new StringBuilder();
        foreach (var term in terms)
        {
            if (text.Length > MaximumText) break;
            var negative = term.Coefficient < 0;
            if (text.Length > 0) text.Append(negative ? " - " : " + ");
            else if (negative) text.Append('-');
            var magnitude = Int128.Abs(term.Coefficient).ToString(CultureInfo.InvariantCulture);
            if (term.Atoms.Length == 0) text.Append(magnitude);
            else text.Append(magnitude == "1" ? "" : $"{magnitude}*").AppendJoin('*', term.Atoms.Select(atom => atom.Text));
        }
        return text.ToString();
    }
}
