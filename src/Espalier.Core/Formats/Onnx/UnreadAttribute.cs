using Espalier.Formats.Onnx.Schema;

namespace Espalier.Formats.Onnx;

/// <summary>An attribute of a kind that nothing here uses (types, sparse tensors, lists of tensors): written again as it was read.</summary>
/// <param name="Message">The attribute.</param>
internal sealed record UnreadAttribute(AttributeProto Message);
