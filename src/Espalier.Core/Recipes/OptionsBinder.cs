using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Espalier.Formats;

namespace Espalier.Recipes;

/// <summary>
/// Binds the options of a recipe or a command line to the options record of a method. Options are the record's public <c>init</c> properties, named in
/// kebab-case, of type int, double, bool, string, an enumeration, or a nullable of these.
/// </summary>
public static class OptionsBinder
{
    /// <summary>Creates the options of a method.</summary>
    /// <param name="values">Values by name; what is absent keeps its default.</param>
    /// <param name="owner">Whose options they are, for messages, for example <c>wanda</c>.</param>
    /// <exception cref="UsageException">An option is unknown or missing, or a value has the wrong type or range.</exception>
    public static T Bind<T>(IReadOnlyDictionary<string, string> values, string? owner = null) where T : class => (T)Bind(typeof(T), values, owner);

    /// <summary>Creates the options of a method.</summary>
    /// <param name="type">Type of the options record; it needs a constructor without parameters.</param>
    /// <param name="values">Values by name; what is absent keeps its default.</param>
    /// <param name="owner">Whose options they are, for messages.</param>
    /// <exception cref="UsageException">An option is unknown or missing, or a value has the wrong type or range.</exception>
    public static object Bind(Type type, IReadOnlyDictionary<string, string> values, string? owner = null)
    {
        var options = Create(type);
        var properties = Properties(type).ToDictionary(Name, StringComparer.Ordinal);
        foreach (var (name, text) in values)
        {
            if (!properties.TryGetValue(name, out var property)) throw Unknown(name, [.. properties.Keys], owner);
            property.SetValue(options, OptionValue.Parse(property, text, Where(name, owner)));
        }
        var missing = properties.FirstOrDefault(pair => IsRequired(pair.Value) && !values.ContainsKey(pair.Key)).Key;
        return missing is null ? options : throw new UsageException("the option has no default and must be given", Where(missing, owner));
    }

    /// <summary>Describes the options of a method, in the order of the record.</summary>
    /// <param name="type">Type of the options record.</param>
    public static IReadOnlyList<OptionDescription> Describe(Type type)
    {
        var defaults = Create(type);
        return [.. Properties(type).Select(property =>
        {
            var option = property.GetCustomAttribute<OptionAttribute>();
            return new OptionDescription(
                Name(property),
                OptionValue.TypeText(property),
                IsRequired(property) ? null : OptionValue.Format(property.GetValue(defaults)),
                option?.Meaning ?? "",
                option?.Symbol,
                property.GetCustomAttribute<OptionRangeAttribute>()?.ToString());
        })];
    }

    private static IEnumerable<PropertyInfo> Properties(Type type) => type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)
        .OrderBy(property => property.MetadataToken);

    private static object Create(Type type) => type.GetConstructor(Type.EmptyTypes) is { } constructor
        ? constructor.Invoke(null)
        : throw new InvalidOperationException($"{type} has no public constructor without parameters, so it cannot hold options.");

    private static string Name(PropertyInfo property) => JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name);

    private static bool IsRequired(PropertyInfo property) => property.IsDefined(typeof(RequiredMemberAttribute));

    private static string Where(string name, string? owner) => owner is null ? $"option {NearNames.Quote(name)}" : $"option {NearNames.Quote(name)} of {owner}";

    private static UsageException Unknown(string name, IReadOnlyList<string> known, string? owner)
    {
        var list = known.Count == 0 ? "There are no options here" : $"The options are {string.Join(", ", known)}";
        var near = NearNames.Suggest(name, known);
        return new UsageException("there is no such option", Where(name, owner), near is null ? list : $"{near} {list}");
    }
}
