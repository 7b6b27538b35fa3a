using System.Reflection;

namespace Espalier;

/// <summary>Version of this library.</summary>
public static class EspalierVersion
{
    /// <summary>For example <c>0.1.0</c>.</summary>
    public static string Current { get; } = Read();

    private static string Read()
    {
        var assembly = typeof(EspalierVersion).Assembly;
        var text = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version!.ToString();
        return text.Split('+', 2)[0];
    }
}
