using Espalier.Data;
using Xunit;

namespace Espalier.Core.Tests.Data.Images;

public sealed class SelectedImagesTests
{
    [Fact]
    public void A_selection_has_the_images_labels_and_names_of_its_places()
    {
        using var set = PixelSet.Counting(new ImageShape(1, 3, 3), 10);
        using var part = new SelectedImages(set, [7, 2, 2]);
        Assert.Equal((3, set.Shape, set.IsUniform, set.IsEightBit), (part.Count, part.Shape, part.IsUniform, part.IsEightBit));
        Assert.Equal([set.Label(7), set.Label(2), set.Label(2)], Enumerable.Range(0, 3).Select(part.Label));
        Assert.Equal("image 7", part.NameOf(0));
        var (own, whole) = (new ImageBuffer(), new ImageBuffer());
        part.Read(0, own);
        set.Read(7, whole);
        Assert.Equal(whole.Values.ToArray(), own.Values.ToArray());
    }

    [Fact]
    public void The_hash_tells_selections_apart_and_places_beyond_the_set_are_refused()
    {
        using var set = PixelSet.Counting(new ImageShape(1, 3, 3), 10);
        using var part = SelectedImages.Range(set, 2, 3);
        using var same = new SelectedImages(set, [2, 3, 4]);
        using var other = new SelectedImages(set, [2, 4, 3]);
        Assert.Equal(part.Hash(), same.Hash());
        Assert.NotEqual(part.Hash(), other.Hash());
        Assert.NotEqual(part.Hash(), set.Hash());
        Assert.Throws<ArgumentOutOfRangeException>(() => SelectedImages.Range(set, 8, 3));
        Assert.Throws<InvalidFileException>(() => new SelectedImages(set, []));
    }
}
