using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Espalier.Testing;
using Xunit;

namespace Espalier.Tests;

/// <summary>
/// The shape of the source. Held on compiled assemblies: who refers to whom, and that Core calls no native code. Held on project files: which project
/// names which package with native code; a project above gets those packages through the one below.
/// </summary>
public sealed partial class ArchitectureTests
{
    // Each project with what it may refer to, lowest first.
    private static readonly Dictionary<string, string[]> s_below = new()
    {
        ["Espalier.Core"] = [],
        ["Espalier.Torch"] = ["Espalier.Core"],
        ["Espalier.Methods"] = ["Espalier.Core", "Espalier.Torch"],
        ["Espalier.Evaluation"] = ["Espalier.Core", "Espalier.Torch"],
        ["Espalier.Cli"] = ["Espalier.Core", "Espalier.Torch", "Espalier.Methods", "Espalier.Evaluation"],
    };

    private static string Source => Path.Combine(SharedData.RepositoryRoot, "src");

    [Fact]
    public void Every_project_has_its_place() =>
        Assert.Equal(s_below.Keys.Order(), Directory.GetDirectories(Source).Select(Path.GetFileName).Where(name => Directory.GetFiles(Path.Combine(Source, name!), "*.csproj").Length > 0).Order()!);

    [Fact]
    public void References_point_downwards_only()
    {
        foreach (var (project, below) in s_below)
        {
            var compiled = Load(project).GetReferencedAssemblies().Select(name => name.Name!).Where(name => name.StartsWith("Espalier", StringComparison.OrdinalIgnoreCase));
            Assert.Empty(compiled.Except(below));
            var named = Items(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')));
            Assert.Empty(named.Except(below));
        }
    }

    [Fact]
    public void Core_refers_to_no_native_library_and_calls_none()
    {
        var core = Load("Espalier.Core");
        Assert.DoesNotContain(core.GetReferencedAssemblies(), name => name.Name!.Contains("Torch", StringComparison.OrdinalIgnoreCase) || name.Name.Contains("OnnxRuntime", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(["Google.Protobuf", "Grpc.Tools", "StbImageSharp", "System.Numerics.Tensors", "YamlDotNet"], Items("Espalier.Core", "PackageReference").Order());
        using var file = new PEReader(File.OpenRead(core.Location));
        var metadata = file.GetMetadataReader();
        var native = metadata.MethodDefinitions.Select(metadata.GetMethodDefinition).Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl)).Select(method => metadata.GetString(method.Name));
        Assert.Empty(native);
    }

    [Theory]
    [InlineData("TorchSharp", "Espalier.Torch")]
    [InlineData("Microsoft.ML.OnnxRuntime", "Espalier.Evaluation")]
    [InlineData("$(LibTorchPackage)", "Espalier.Cli")]
    public void Each_package_with_native_code_is_named_by_one_project_only(string package, string owner) =>
        Assert.Equal([owner], s_below.Keys.Where(project => Items(project, "PackageReference").Contains(package)));

    [Fact]
    public void No_file_is_longer_than_800_lines()
    {
        var files = new[] { "src", "tests", "benchmarks" }.SelectMany(folder => Files(Path.Combine(SharedData.RepositoryRoot, folder))).ToArray();
        Assert.True(files.Length > 100);
        Assert.DoesNotContain(files, file => File.ReadLines(file).Count() > 800);
    }

    [Fact]
    public void Namespaces_follow_folders()
    {
        var wrong = new List<string>();
        foreach (var project in s_below.Keys)
        {
            var root = XDocument.Load(ProjectFile(project)).Descendants("RootNamespace").Single().Value;
            foreach (var file in Files(Path.Combine(Source, project)))
            {
                if (NamespaceLine().Match(File.ReadAllText(file)) is not { Success: true } match) continue;
                var folder = Path.GetRelativePath(Path.Combine(Source, project), Path.GetDirectoryName(file)!);
                var full = folder == "." ? root : $"{root}.{folder.Replace(Path.DirectorySeparatorChar, '.')}";
                if (match.Groups[1].Value != full && match.Groups[1].Value != Room(full)) wrong.Add($"{file}: {match.Groups[1].Value}");
            }
        }
        Assert.Empty(wrong);
    }

    /// <summary>The rooms whose inner folders only sort their files: all of the tokenizers, of the choice of units, and of the evaluation, are one namespace each.</summary>
    private static string? Room(string full) =>
        new[] { "Espalier.Formats.Tokenizers", "Espalier.Structure", "Espalier.Evaluation" }.FirstOrDefault(room => full.StartsWith(room + ".", StringComparison.Ordinal));

    private static Assembly Load(string project) => Assembly.Load(project == "Espalier.Cli" ? "espalier" : project);

    private static string ProjectFile(string project) => Path.Combine(Source, project, project + ".csproj");

    private static IEnumerable<string> Items(string project, string kind) => XDocument.Load(ProjectFile(project)).Descendants(kind).Select(item => item.Attribute("Include")!.Value);

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
