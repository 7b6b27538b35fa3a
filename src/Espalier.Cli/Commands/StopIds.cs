using System.Text.Json;
using System.Text.Json.Nodes;

namespace Espalier.Cli.Commands;

/// <summary>Token ids at which generation stops.</summary>
internal static class StopIds
{
    /// <summary>From <c>eos_token_id</c> of the configuration (a number or a list), and the tokenizer's own.</summary>
    public static IReadOnlyList<int> Of(Model model)
    {
        var ids = new HashSet<int>();
        if (model.Tokenizer?.EosId is { } own) ids.Add(own);
        var node = model.Config["eos_token_id"];
        foreach (var item in node is JsonArray list ? [.. list] : new[] { node })
        {
            if (item?.GetValueKind() == JsonValueKind.Number && item.AsValue().TryGetValue(out int id)) ids.Add(id);
        }
        return [.. ids];
    }
}
