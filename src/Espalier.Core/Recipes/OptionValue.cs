using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Espalier.Formats;

namespace Espalier.Recipes;

/// <summary>The text form of option values, in invariant culture.</summary>
internal static class OptionValue
{
    private const string None = "none";
    private const string Remedy = "'espalier methods' with the name of the method lists its options and their ranges";

    /// <summary>Reads a value for a property and checks its range.</summary>
    public static object? Parse(PropertyInfo property, string text, string where)
    {
        var type = Underlying(property.PropertyType, out var nullable);
        if (type == typeof(string)) return text;
        if (type.IsEnum)
        {
            var names = EnumNames(type);
            if (names.TryGetValue(text, out var member)) return member;
            if (nullable && text == None) return null;
            throw new UsageException($"{NearNames.Quote(text)} is not one of {string.Join(", ", names.Keys)}", where, NearNames.Suggest(text, names.Keys));
        }
        if (nullable && text == None) return null;
        if (type == typeof(bool)) return text switch { "true" => true, "false" => false, _ => throw Wrong(text, "true or false", where) };
        object value;
        if (type == typeof(int))
        {
            value = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)
                ? integer
                : throw Wrong(text, "a whole number that fits 32 bits", where);
        }
        else if (type == typeof(double))
        {
            const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
            value = double.TryParse(text, style, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                ? number
                : throw Wrong(text, "a finite number, with a point before the decimals", where);
        }
        else
        {
            throw Unsupported(property);
        }
        var range = property.GetCustomAttribute<OptionRangeAttribute>();
        return range is null || range.Contains(Convert.ToDouble(value, CultureInfo.InvariantCulture))
            ? value
            : throw new UsageException($"{NearNames.Quote(text)} is outside the range {range}", where, Remedy);
    }

    /// <summary>The value as it would be written in a recipe.</summary>
    public static string Format(object? value) => value switch
    {
        null => None,
        bool flag => flag ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        Enum member => JsonNamingPolicy.KebabCaseLower.ConvertName(member.ToString()),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>The type in words.</summary>
    public static string TypeText(PropertyInfo property)
    {
        var type = Underlying(property.PropertyType, out var nullable);
        if (type == typeof(string)) return new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable ? $"text|{None}" : "text";
        var text = type.IsEnum ? string.Join('|', EnumNames(type).Keys)
            : type == typeof(bool) ? "true|false"
            : type == typeof(int) ? "integer"
            : type == typeof(double) ? "number"
            : throw Unsupported(property);
        return nullable ? $"{text}|{None}" : text;
    }

    private static Type Underlying(Type type, out bool nullable)
    {
        var inner = Nullable.GetUnderlyingType(type);
        nullable = inner is not null;
        return inner ?? type;
    }

    private static Dictionary<string, object> EnumNames(Type type) =>
        Enum.GetNames(type).ToDictionary(JsonNamingPolicy.KebabCaseLower.ConvertName, name => Enum.Parse(type, name), StringComparer.Ordinal);

    private static UsageException Wrong(string text, string expected, string where) => new($"{NearNames.Quote(text)} is not {expected}", where, Remedy);

    private static InvalidOperationException Unsupported(PropertyInfo property) =>
        new($"{property.DeclaringType}.{property.Name} has type {property.PropertyType}, which is not an option type.");
}
