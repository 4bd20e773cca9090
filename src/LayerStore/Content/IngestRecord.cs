using System.Text.Json.Serialization;

namespace LayerStore.Content;

/// <summary>What <c>ingest.json</c> remembers, so that any process can list and resume the ingest.</summary>
/// <param name="Reference">The ingest's name.</param>
/// <param name="Digest">The digest to come, if it was said.</param>
/// <param name="Size">The length to come in bytes, if it was said.</param>
/// <param name="StartedAt">When it was begun.</param>
internal sealed record IngestRecord(string Reference, string? Digest, long? Size, DateTimeOffset StartedAt);

/// <summary>Compiled JSON for <see cref="IngestRecord"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IngestRecord))]
internal sealed partial class IngestJson : JsonSerializerContext;
