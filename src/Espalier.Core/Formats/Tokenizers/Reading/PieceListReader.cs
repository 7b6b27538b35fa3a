namespace Espalier.Formats.Tokenizers;

/// <summary>Reads a vocab.json that lists the pieces of a llama2.c tokenizer: <c>[{"id": 0, "piece": "...", "score": 0.0}, ...]</c>.</summary>
internal static class PieceListReader
{
    public static TextTokenizer Read(JsonPart root, string identity)
    {
        var items = root.Items().ToArray();
        var pieces = new string[items.Length];
        var scores = new float[items.Length];
        foreach (var item in items)
        {
            var id = item.Get("id").AsCount(items.Length - 1);
            if (pieces[id] is not null) throw item.Error($"the id {id} occurs twice");
            pieces[id] = item.Get("piece").AsString();
            scores[id] = item.Get("score").AsSingle();
        }
        return PieceTokenizer.Create(root.File, pieces, scores, identity);
    }
}
