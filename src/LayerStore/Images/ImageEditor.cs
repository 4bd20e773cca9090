using System.Text.Json;
using LayerStore.Oci;

namespace LayerStore.Images;

/// <summary>Makes new images of existing ones. Nothing is changed in place; the same input gives the same bytes.</summary>
/// <remarks>
/// What is not touched stays as the parent's maker wrote it: the order of fields, fields unknown here, the spelling of
/// values. An image of Docker's types stays one throughout, and so does an OCI image.
/// </remarks>
/// <example>
/// <code>
/// ImageView parent = await ImageView.LoadAsync(blobs, image.Manifest);
/// EditedImage child = ImageEditor.AppendLayer(new EditedImage(parent.Manifest, parent.Config), layer, new BaseImage(parent.Manifest.Digest, image.Name));
/// </code>
/// </example>
public static class ImageEditor
{
    /// <summary>An image without layers, to begin with.</summary>
    /// <param name="platform">What it will run on.</param>
    /// <param name="created">When it was made, or null to leave that out.</param>
    public static EditedImage CreateEmpty(Platform platform, DateTimeOffset? created = null)
    {
        ArgumentNullException.ThrowIfNull(platform);
        ImageConfig config = ImageConfig.Parse(RawJson.Write(writer =>
        {
            writer.WriteStartObject();
            if (created is { } time)
            {
                writer.WriteString("created", Rfc3339.Exact(time));
            }

            writer.WriteString("architecture", platform.Architecture);
            writer.WriteString("os", platform.Os);
            if (platform.Variant is { } variant)
            {
                writer.WriteString("variant", variant);
            }

            writer.WriteStartObject("config");
            writer.WriteEndObject();
            writer.WriteStartObject("rootfs");
            writer.WriteString("type", "layers");
            writer.WriteStartArray("diff_ids");
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }));
        return new EditedImage(ImageManifest.Of(config.Descriptor, []), config);
    }

    /// <summary>Puts a layer on top.</summary>
    /// <param name="parent">The image below.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="baseImage">What to name as the image's base (annotations.md, <c>base.digest</c> and <c>base.name</c>); null for
    /// none. Docker's format has no annotations.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: the documents would be larger than 4 MiB.</exception>
    public static EditedImage AppendLayer(EditedImage parent, NewLayer layer, BaseImage? baseImage = null)
    {
        ArgumentNullException.ThrowIfNull(parent);
        ArgumentNullException.ThrowIfNull(layer);
        return Append(parent, layer, layer.History, baseImage);
    }

    /// <summary>Adds to the history what made no layer.</summary>
    /// <param name="parent">The image below.</param>
    /// <param name="history">What happened; its time becomes the image's. It is marked as an empty layer.</param>
    /// <param name="baseImage">As for <see cref="AppendLayer"/>.</param>
    /// <exception cref="LayerStoreException">As for <see cref="AppendLayer"/>.</exception>
    public static EditedImage AppendHistory(EditedImage parent, HistoryEntry history, BaseImage? baseImage = null)
    {
        ArgumentNullException.ThrowIfNull(parent);
        ArgumentNullException.ThrowIfNull(history);
        return Append(parent, layer: null, history with { EmptyLayer = true }, baseImage);
    }

    private static EditedImage Append(EditedImage parent, NewLayer? layer, HistoryEntry history, BaseImage? baseImage)
    {
        ImageConfig config = AppendToConfig(parent.Config, layer, history);
        return new EditedImage(AppendToManifest(parent.Manifest, config.Descriptor, layer, baseImage), config);
    }

    private static ImageConfig AppendToConfig(ImageConfig parent, NewLayer? layer, HistoryEntry history)
    {
        List<(string Key, RawJson.Change? Change)> changes =
        [
            ("created", history.Created is { } time ? (writer, _) => writer.WriteStringValue(Rfc3339.Exact(time)) : null),
            ("history", (writer, old) => RawJson.EditArray(writer, old, _ => true, () =>
            {
                // A parent whose history is short gets empty entries, so that the new one belongs to the new layer.
                int told = parent.History.Count(entry => !entry.EmptyLayer);
                for (int i = told; i < parent.DiffIds.Count; i++)
                {
                    writer.WriteStartObject();
                    writer.WriteEndObject();
                }

                WriteHistory(writer, history);
            })),
        ];
        if (layer is not null)
        {
            changes.Add(("rootfs", (writer, old) => RawJson.EditObject(
                writer,
                old,
                ("diff_ids", (_, ids) => RawJson.EditArray(writer, ids, _ => true, () => writer.WriteStringValue(layer.DiffId.ToString()))))));
        }

        if (history.Author is { } author)
        {
            changes.Add(("author", (writer, _) => writer.WriteStringValue(author)));
        }

        byte[] bytes = RawJson.Edit(parent.Bytes, [.. changes]);
        return ImageConfig.Parse(bytes, Describe(parent.MediaType, bytes), DocumentLimits.Stored);
    }

    private static ImageManifest AppendToManifest(ImageManifest parent, Descriptor config, NewLayer? layer, BaseImage? baseImage)
    {
        bool docker = MediaTypes.IsDocker(parent.MediaType);
        List<(string Key, RawJson.Change? Change)> changes =
        [
            ("config", (writer, old) => RawJson.EditObject(
                writer,
                old,
                ("digest", (_, _) => writer.WriteStringValue(config.Digest.ToString())),
                ("size", (_, _) => writer.WriteNumberValue(config.Size)),
                ("data", null),
                ("urls", null))),
        ];
        if (layer is not null)
        {
            Descriptor descriptor = new(MediaTypes.ForLayer(layer.Compression, docker), layer.Digest, layer.Size);
            changes.Add(("layers", (writer, old) => RawJson.EditArray(writer, old, _ => true, () => DescriptorJson.Write(writer, descriptor))));
        }

        if (baseImage is not null && !docker)
        {
            RawJson.Change? name = baseImage.Name is { } text ? (writer, _) => writer.WriteStringValue(text) : null;
            changes.Add(("annotations", (writer, old) => RawJson.EditObject(
                writer, old, (Annotations.BaseDigest, (_, _) => writer.WriteStringValue(baseImage.Manifest.ToString())), (Annotations.BaseName, name))));
        }

        byte[] bytes = RawJson.Edit(parent.Bytes, [.. changes]);
        return ImageManifest.Parse(bytes, Describe(parent.MediaType, bytes), DocumentLimits.Stored);
    }

    private static void WriteHistory(Utf8JsonWriter writer, HistoryEntry entry)
    {
        writer.WriteStartObject();
        if (entry.Created is { } created)
        {
            writer.WriteString("created", Rfc3339.Exact(created));
        }

        if (entry.CreatedBy is { } createdBy)
        {
            writer.WriteString("created_by", createdBy);
        }

        if (entry.Author is { } author)
        {
            writer.WriteString("author", author);
        }

        if (entry.Comment is { } comment)
        {
            writer.WriteString("comment", comment);
        }

        if (entry.EmptyLayer)
        {
            writer.WriteBoolean("empty_layer", true);
        }

        writer.WriteEndObject();
    }

    private static Descriptor Describe(string mediaType, byte[] bytes) => new(mediaType, Digest.Compute(bytes), bytes.Length);
}
