using System.Globalization;
using System.Text.Json;

namespace LayerStore.Oci;

/// <summary>
/// An image's configuration (OCI image-spec, config.md): what its layers are when unpacked, how they were made, and how
/// to run it. Its digest is the image ID.
/// </summary>
public sealed class ImageConfig : OciDocument
{
    private static readonly HashSet<string> ConfigKeys = StrictObject.Keys(
        "created", "author", "architecture", "os", "os.version", "os.features", "variant", "config", "rootfs", "history");

    private static readonly HashSet<string> RootFsKeys = StrictObject.Keys("type", "diff_ids");

    private static readonly HashSet<string> HistoryKeys = StrictObject.Keys("created", "created_by", "author", "comment", "empty_layer");

    private static readonly HistoryEntry s_silentStep = new(null);

    private ImageConfig(ReadOnlyMemory<byte> bytes, Descriptor descriptor)
        : base(bytes, descriptor)
    {
    }

    /// <summary>When the image was made; null if it does not say so in a way that can be read.</summary>
    public required DateTimeOffset? Created { get; init; }

    /// <summary>Who made it, or null.</summary>
    public required string? Author { get; init; }

    /// <summary>What it runs on; null if it does not say.</summary>
    public required Platform? Platform { get; init; }

    /// <summary>How to run it.</summary>
    public required ImageRuntimeConfig Runtime { get; init; }

    /// <summary>The digests of the uncompressed layers, base first.</summary>
    public required IReadOnlyList<Digest> DiffIds { get; init; }

    /// <summary>How it was made, oldest first; empty if it does not say.</summary>
    public required IReadOnlyList<HistoryEntry> History { get; init; }

    /// <summary>What is odd about it without doing harm, a sentence each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Parses the configuration of an image that can be unpacked.</summary>
    /// <param name="bytes">The document; kept, so not to be changed by the caller.</param>
    /// <param name="descriptor">What it was read by, already verified; null to describe the bytes.</param>
    /// <param name="limits">How large it may be; null for the defaults.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: not valid, or its <c>rootfs</c> has another type than <c>layers</c>.</exception>
    public static ImageConfig Parse(ReadOnlyMemory<byte> bytes, Descriptor? descriptor = null, DocumentLimits? limits = null)
    {
        string what = descriptor is null ? "the image config" : $"image config {descriptor.Digest}";
        return StrictJson.Parse(bytes, what, JsonValueKind.Object, limits, root =>
        {
            StrictObject json = new(root, what, ConfigKeys);
            IReadOnlyList<Digest> diffIds = ReadDiffIds(json);
            string steps = $"{what}, history";
            List<HistoryEntry> history = [];
            foreach (JsonElement entry in json.Items("history"))
            {
                history.Add(ReadHistory(entry, steps));
            }

            return new ImageConfig(bytes, descriptor ?? Describe(bytes, MediaTypes.OciConfig))
            {
                Created = ReadTime(json.Text("created")),
                Author = json.Text("author"),
                Platform = ReadPlatform(json),
                Runtime = json.Find("config") is { } runtime ? ImageRuntimeConfig.Read(runtime, $"{what}, config") : new ImageRuntimeConfig(),
                DiffIds = diffIds,
                History = history,
                Warnings = Warn(history, diffIds.Count),
            };
        });
    }

    /// <summary>The platform in a config of any image or artifact, or null; nothing else is looked at.</summary>
    internal static Platform? ParsePlatform(ReadOnlyMemory<byte> bytes, string what, DocumentLimits limits) =>
        StrictJson.Parse(bytes, what, JsonValueKind.Object, limits, root => ReadPlatform(new StrictObject(root, what, ConfigKeys)));

    private static IReadOnlyList<Digest> ReadDiffIds(StrictObject json)
    {
        string what = $"{json.What}, rootfs";
        StrictObject rootFs = new(json.Find("rootfs") ?? throw StrictJson.Error(json.What, "has no rootfs"), what, RootFsKeys);
        string? type = rootFs.Text("type");
        return type == "layers"
            ? [.. rootFs.Texts("diff_ids").Select(text => Digest.TryParse(text, out Digest? digest)
                ? digest
                : throw StrictJson.Error(what, $"has the diffID \"{text}\", which is not a digest that can be verified"))]
            : throw StrictJson.Error(what, type is null ? "has no type" : $"has the type \"{type}\", not \"layers\"");
    }

    private static Platform? ReadPlatform(StrictObject json) =>
        json.Text("architecture") is { Length: > 0 } architecture
            ? new Platform(json.Text("os") is { Length: > 0 } os ? os : "linux", architecture, json.Text("variant") is { Length: > 0 } variant ? variant : null, json.Text("os.version"))
            : null;

    private static HistoryEntry ReadHistory(JsonElement element, string what)
    {
        StrictObject json = new(element, what, HistoryKeys);
        HistoryEntry step = new(ReadTime(json.Text("created")), json.Text("created_by"), json.Text("author"), json.Text("comment"), json.Flag("empty_layer"));

        // A million steps that say nothing fit into a document: they are one object.
        return step == s_silentStep ? s_silentStep : step;
    }

    private static DateTimeOffset? ReadTime(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    private static string[] Warn(List<HistoryEntry> history, int layers)
    {
        int made = history.Count(entry => !entry.EmptyLayer);
        return history.Count == 0 || made == layers ? [] : [$"The history tells of {made} layers, but the image has {layers}."];
    }
}
