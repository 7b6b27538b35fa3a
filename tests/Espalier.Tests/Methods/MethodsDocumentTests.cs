using Espalier.Methods;
using Espalier.Testing;
using Xunit;

namespace Espalier.Tests.Methods;

/// <summary>The docs say what the registry says. With ESPALIER_UPDATE_DOCS=1 in the environment the file is made anew.</summary>
public sealed class MethodsDocumentTests
{
    [Fact]
    public void The_document_is_what_the_registry_says()
    {
        var path = Path.Combine(SharedData.RepositoryRoot, "docs", "methods.md");
        if (Environment.GetEnvironmentVariable("ESPALIER_UPDATE_DOCS") == "1") File.WriteAllText(path, MethodsDocument.Render());
        Assert.Equal(MethodsDocument.Render(), File.ReadAllText(path), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void Every_method_has_notes_beside_its_code()
    {
        foreach (var method in MethodRegistry.All)
        {
            var folder = method.OptionsType.Namespace!.Split('.')[^1];
            var notes = Path.Combine(SharedData.RepositoryRoot, "src", "Espalier.Methods", folder, "Notes.md");
            Assert.True(File.Exists(notes), $"The method {method.Id} has no {notes}.");
        }
    }
}
