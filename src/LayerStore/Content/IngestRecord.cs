using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using LayerStore.Oci;

namespace LayerStore.Content;

/// <summary>What <c>ingest.json</c> remembers, so that any process can list and resume the ingest.</summary>
/// <param name="Owner">Whose it is.</param>
/// <param name="Reference">The ingest's name, which other owners may use too.</param>
/// <param name="Digest">The digest to come, if it was said.</param>
/// <param name="Size">The length to come in bytes, if it was said.</param>
/// <param name="StartedAt">When it was begun.</param>
/// <remarks>Written and read by hand: a serializer's tables cost a short command more than all else that it does with JSON.</remarks>
internal sealed record IngestRecord(string Owner, string Reference, string? Digest, long? Size, DateTimeOffset StartedAt)
{
    /// <summary>The record as JSON.</summary>
    public byte[] ToJson() => RawJson.Write(writer =>
    {
        writer.WriteStartObject();
        if (Owner != StoreOwner.CommandLine)
        {
            writer.WriteString("owner"u8, Owner);
        }

        writer.WriteString("reference"u8, Reference);
        if (Digest is not null)
        {
            writer.WriteString("digest"u8, Digest);
        }

        if (Size is { } size)
        {
            writer.WriteNumber("size"u8, size);
        }

        writer.WriteString("startedAt"u8, StartedAt);
        writer.WriteEndObject();
    });

    /// <summary>Reads a record; false if the text is none.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out IngestRecord? record)
    {
        record = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (root.GetProperty("reference"u8).GetString() is not { } reference)
            {
                return false;
            }

            record = new IngestRecord(
                (root.TryGetProperty("owner"u8, out JsonElement owner) ? owner.GetString() : null) ?? StoreOwner.CommandLine,
                reference,
                root.TryGetProperty("digest"u8, out JsonElement digest) ? digest.GetString() : null,
                root.TryGetProperty("size"u8, out JsonElement size) ? size.GetInt64() : null,
                root.GetProperty("startedAt"u8).GetDateTimeOffset());
            return true;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }
}
