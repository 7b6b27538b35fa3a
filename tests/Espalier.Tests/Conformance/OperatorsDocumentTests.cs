using Espalier.Testing;
using Espalier.Torch.Execution;
using Xunit;

namespace Espalier.Tests.Conformance;

/// <summary>The docs say what the cases say. With ESPALIER_UPDATE_DOCS=1 in the environment the file is made anew.</summary>
public sealed class OperatorsDocumentTests
{
    [Fact]
    public void The_document_is_what_the_cases_say()
    {
        var path = Path.Combine(SharedData.RepositoryRoot, "docs", "operators.md");
        if (Environment.GetEnvironmentVariable("ESPALIER_UPDATE_DOCS") == "1") File.WriteAllText(path, OperatorsDocument.Render());
        Assert.Equal(OperatorsDocument.Render(), File.ReadAllText(path), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void Cases_are_about_operators_of_the_table()
    {
        var unknown = ConformanceCases.All.Select(one => one.Key).Distinct().Except(OperatorTable.Names);
        Assert.Empty(unknown);
    }
}
