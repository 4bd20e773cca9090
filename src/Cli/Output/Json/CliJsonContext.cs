using System.Text.Json.Serialization;

namespace LayerStore.Cli.Output.Json;

/// <summary>The JSON that the program writes, a contract (docs/json.md): no reflection at run time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Default)]
[JsonSerializable(typeof(BlobRow))]
[JsonSerializable(typeof(ChangeRow))]
[JsonSerializable(typeof(CollectedRow))]
[JsonSerializable(typeof(DiagnosisRow))]
[JsonSerializable(typeof(FindingRow))]
[JsonSerializable(typeof(HistoryRow))]
[JsonSerializable(typeof(HolderRow))]
[JsonSerializable(typeof(ImageDetails))]
[JsonSerializable(typeof(ImageRow))]
[JsonSerializable(typeof(IngestRow))]
[JsonSerializable(typeof(LeaseRow))]
[JsonSerializable(typeof(ProgressLine))]
[JsonSerializable(typeof(SnapshotRow))]
[JsonSerializable(typeof(UsageRow))]
[JsonSerializable(typeof(UsageShareRow))]
internal sealed partial class CliJsonContext : JsonSerializerContext;
