using Espalier.Sparsity;
using Xunit;

namespace Espalier.Core.Tests.Sparsity;

public sealed class SparsityPatternTests
{
    [Theory]
    [InlineData("unstructured")]
    [InlineData("2:4")]
    [InlineData("1:8")]
    [InlineData("block:4x1")]
    public void TextIsReadAndWritten(string text) => Assert.Equal(text, SparsityPattern.Parse(text).ToString());

    [Fact]
    public void NOfMSaysWhatIsKept()
    {
        var pattern = SparsityPattern.Parse(" 1:4 ");
        Assert.Equal((1, 4), (pattern.Kept, pattern.Group));
        Assert.Equal(0.75, pattern.FixedSparsity);
        Assert.Equal(SparsityPattern.NOfM(1, 4), pattern);
        Assert.Equal((4, 2), (SparsityPattern.Parse("Block:4X2").BlockRows, SparsityPattern.Parse("Block:4X2").BlockColumns));
    }

    [Theory]
    [InlineData("")]
    [InlineData("4:4")]
    [InlineData("0:4")]
    [InlineData("5:4")]
    [InlineData("2:-4")]
    [InlineData("2:4:8")]
    [InlineData("block:1x1")]
    [InlineData("block:0x4")]
    [InlineData("block:4")]
    [InlineData("half")]
    public void WhatIsNoPatternIsRefused(string text) => Assert.Throws<UsageException>(() => SparsityPattern.Parse(text));

    [Fact]
    public void ALayerThatDoesNotFitIsNamedWithColumnsAndM()
    {
        var error = Assert.Throws<UsageException>(() => SparsityPattern.NOfM(4, 8).RequireFits(64, 172, "layers.0.w2"));
        foreach (var part in (string[])["layers.0.w2", "172", "M = 8", "4:8", "divides"]) Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Throws<UsageException>(() => SparsityPattern.Block(4, 4).RequireFits(6, 8, null));
    }
}
