using System.Globalization;

namespace Espalier.Torch.Training.Vision;

/// <summary>Sums of losses since the last message.</summary>
internal record struct LossSums(double Total, double Label, double Logit, double Inner, int Count)
{
    public void Add(double total, double label, double logit, double inner) => this = new(Total + total, Label + label, Logit + logit, Inner + inner, Count + 1);

    /// <summary>For checkpoints; <see cref="Parse"/> gives back the same bits.</summary>
    public readonly string Format() => string.Create(CultureInfo.InvariantCulture, $"{Total:R} {Label:R} {Logit:R} {Inner:R} {Count}");

    public static LossSums Parse(string text)
    {
        var words = text.Split(' ');
        double At(int i) => double.Parse(words[i], CultureInfo.InvariantCulture);
        return new(At(0), At(1), At(2), At(3), int.Parse(words[4], CultureInfo.InvariantCulture));
    }
}
