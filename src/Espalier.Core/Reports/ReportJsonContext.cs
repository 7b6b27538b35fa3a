using System.Text.Json.Serialization;

namespace Espalier.Reports;

/// <summary>
/// Serialisation of reports, generated at build time. Unknown and repeated keys and nulls are refused; a loss that overflowed is written as a named literal,
/// because a report must be able to say so.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    IgnoreReadOnlyProperties = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    MaxDepth = 16)]
[JsonSerializable(typeof(PruneReport))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;
