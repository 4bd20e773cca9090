namespace LayerStore.Cli.Output.Json;

/// <summary>A path that differs. A path that is not UTF-8 has U+FFFD in <c>Path</c>, and its bytes in <c>PathBase64</c>.</summary>
internal sealed record ChangeRow(string Kind, string Path, string? PathBase64);
