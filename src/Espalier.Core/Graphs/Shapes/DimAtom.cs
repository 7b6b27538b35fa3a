namespace Espalier.Graphs.Shapes;

/// <summary>What a factor of an expression stands for.</summary>
internal enum DimFunction
{
    /// <summary>A symbol.</summary>
    Symbol,

    /// <summary>Quotient rounded down.</summary>
    Floor,

    /// <summary>The smaller of two.</summary>
    Min,

    /// <summary>The larger of two.</summary>
    Max,

    /// <summary>The size that two axes broadcast to: the second where the first is 1, else the first.</summary>
    Broadcast,
}

/// <summary>An indivisible factor of an expression: a symbol, or a function of two expressions that arithmetic cannot resolve.</summary>
internal sealed class DimAtom : IEquatable<DimAtom>, IComparable<DimAtom>
{
    public DimAtom(string symbol)
    {
        Text = symbol;
    }

    public DimAtom(DimFunction function, Dim left, Dim right)
    {
        Function = function;
        Left = left;
        Right = right;
        Text = function == DimFunction.Floor ? $"floor({Operand(left)}/{Operand(right)})" : $"{Name(function)}({left}, {right})";
    }

    public DimFunction Function { get; }

    /// <summary>First argument of a function.</summary>
    public Dim Left { get; }

    /// <summary>Second argument of a function.</summary>
    public Dim Right { get; }

    public string Text { get; }

    public IEnumerable<string> Symbols => Function == DimFunction.Symbol ? [Text] : Left.Symbols.Concat(Right.Symbols);

    public long? Evaluate(IReadOnlyDictionary<string, long> sizes)
    {
        if (Function == DimFunction.Symbol) return sizes.TryGetValue(Text, out var size) ? size : null;
        if (Left.Evaluate(sizes) is not { } left || Right.Evaluate(sizes) is not { } right) return null;
        return Function switch
        {
            DimFunction.Floor => right <= 0 ? null : DimArithmetic.FloorDivide(left, right),
            DimFunction.Min => Math.Min(left, right),
            DimFunction.Max => Math.Max(left, right),
            _ => left == 1 ? right : left,
        };
    }

    public bool Equals(DimAtom? other) => other is not null && Function == other.Function && Text == other.Text;

    public override bool Equals(object? obj) => Equals(obj as DimAtom);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public int CompareTo(DimAtom? other)
    {
        var order = string.CompareOrdinal(Text, other?.Text);
        return order != 0 ? order : Function.CompareTo(other?.Function ?? DimFunction.Symbol);
    }

    private static string Operand(Dim dim) => dim.Expression is null ? dim.ToString() : $"({dim})";

    private static string Name(DimFunction function) => function switch
    {
        DimFunction.Min => "min",
        DimFunction.Max => "max",
        _ => "broadcast",
    };
}
