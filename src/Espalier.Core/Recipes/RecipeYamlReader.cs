using Espalier.Formats;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Espalier.Recipes;

/// <summary>
/// Walks the events of the YAML parser and hands keys and values to a draft. The shape of a recipe is fixed, so any other event ends the reading at once:
/// aliases, anchors, tags and deep nesting cannot cost time or memory.
/// </summary>
internal static class RecipeYamlReader
{
    private const int MaxItems = 10_000;

    public static void Read(string yaml, string name, RecipeDraft draft)
    {
        try
        {
            var parser = new Parser(new Scanner(new StringReader(yaml), skipComments: true));
            Expect<StreamStart>(parser, name, "a recipe");
            if (!parser.MoveNext() || parser.Current is not DocumentStart)
            {
                throw new InvalidFileException(name, "the recipe is empty", remedy: "Give at least 'model' and 'method'");
            }
            Expect<MappingStart>(parser, name, "a mapping of keys to values");
            foreach (var (key, line) in Keys(parser, name)) Value(parser, name, draft, key, line);
            Expect<DocumentEnd>(parser, name, "the end of the recipe");
            Expect<StreamEnd>(parser, name, "a single document");
        }
        catch (YamlException e)
        {
            throw new InvalidFileException(name, $"this is not valid YAML: {Detail(e)}", $"line {e.Start.Line}", "Correct the line", e);
        }
        // The scanner lets exceptions of the base library through on some damaged texts.
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new InvalidFileException(name, "this is not valid YAML", remedy: "Check that this is a recipe", inner: e);
        }
    }

    private static void Value(Parser parser, string name, RecipeDraft draft, string key, long line)
    {
        if (!RecipeKeys.All.Contains(key)) throw draft.UnknownKey(key, line);
        Next(parser, name);
        switch (parser.Current)
        {
            case Scalar scalar:
                draft.Set(key, Text(scalar), scalar.Start.Line);
                break;
            case MappingStart start when key == RecipeKeys.Options:
                draft.Begin(key, start.Start.Line);
                foreach (var (option, at) in Keys(parser, name))
                {
                    Next(parser, name);
                    if (parser.Current is not Scalar scalar) throw draft.Wrong(key, at, $"the value of '{option}' is not a single value");
                    draft.AddOption(option, Text(scalar), at);
                }
                break;
            case SequenceStart start when key == RecipeKeys.Exclude:
                draft.Begin(key, start.Start.Line);
                for (var count = 0; ; count++)
                {
                    Next(parser, name);
                    if (parser.Current is SequenceEnd) break;
                    if (count == MaxItems) throw TooMany(parser, name);
                    var at = parser.Current!.Start.Line;
                    if (parser.Current is not Scalar scalar) throw draft.Wrong(key, at, "an item of the list is not a single value");
                    draft.AddExclude(Text(scalar), at);
                }
                break;
            default:
                throw draft.Wrong(key, parser.Current!.Start.Line, $"the value is not {Expected(key)}");
        }
    }

    /// <summary>The keys of the mapping that has just begun, until it ends; each only once. The caller consumes the value after each key.</summary>
    private static IEnumerable<(string Key, long Line)> Keys(Parser parser, string name)
    {
        var seen = new Dictionary<string, long>(StringComparer.Ordinal);
        while (true)
        {
            Next(parser, name);
            if (parser.Current is MappingEnd) yield break;
            var line = parser.Current!.Start.Line;
            if (parser.Current is not Scalar { Value: { Length: > 0 } key }) throw Fault(name, line, "a key is not a plain text");
            if (!seen.TryAdd(key, line)) throw Fault(name, line, $"the key {NearNames.Quote(key)} occurs twice, first in line {seen[key]}");
            if (seen.Count > MaxItems) throw TooMany(parser, name);
            yield return (key, line);
        }
    }

    // Null where YAML says so: an empty, null or ~ value without quotes.
    private static string? Text(Scalar scalar) =>
        scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL" ? null : scalar.Value;

    private static void Next(Parser parser, string name)
    {
        if (!parser.MoveNext()) throw new InvalidFileException(name, "the recipe ends in the middle");
        switch (parser.Current)
        {
            case AnchorAlias:
                throw Fault(name, parser.Current.Start.Line, "aliases (*name) are not read in recipes");
            case NodeEvent { Anchor.IsEmpty: false }:
                throw Fault(name, parser.Current.Start.Line, "anchors (&name) are not read in recipes");
            case NodeEvent { Tag.IsEmpty: false }:
                throw Fault(name, parser.Current.Start.Line, "tags (!name) are not read in recipes");
        }
    }

    private static void Expect<T>(Parser parser, string name, string what)
    {
        Next(parser, name);
        if (parser.Current is not T) throw Fault(name, parser.Current!.Start.Line, $"the text is not {what}");
    }

    private static string Expected(string key) => key switch
    {
        RecipeKeys.Options => "a mapping of option names to values",
        RecipeKeys.Exclude => "a list of layer names",
        _ => "a single value",
    };

    private static string Detail(YamlException e) => e.Message.Replace('\n', ' ').Replace('\r', ' ').TrimEnd('.');

    private static InvalidFileException TooMany(Parser parser, string name) =>
        Fault(name, parser.Current!.Start.Line, $"there are more than {MaxItems} items");

    private static InvalidFileException Fault(string name, long line, string problem) =>
        new(name, problem, $"line {line}", "Write plain keys and values, each once");
}
