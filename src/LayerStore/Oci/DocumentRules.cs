namespace LayerStore.Oci;

/// <summary>What manifests and indexes have in common.</summary>
internal static class DocumentRules
{
    /// <summary>Refuses a document that is not clearly of the kind that is expected.</summary>
    /// <param name="json">The document.</param>
    /// <param name="expected">The type in the descriptor it was read by; null if it came without one.</param>
    /// <param name="isIndex">Whether an index is expected, or else a manifest.</param>
    /// <returns>The document's media type: what its descriptor says, else what it says itself.</returns>
    /// <remarks>
    /// A document with both <c>layers</c> and <c>manifests</c> is an image to one reader and an index to another
    /// (CVE-2021-41190). The type inside may be OCI's where the descriptor has Docker's, or the reverse: the descriptor's
    /// wins, since the digest was verified; but it must be of the same kind.
    /// </remarks>
    public static string Check(StrictObject json, string? expected, bool isIndex)
    {
        string? own = json.Text("mediaType");
        long? version = json.Integer("schemaVersion");
        if (json.Has("fsLayers") || version == 1 || MediaTypes.IsSchema1(own) || MediaTypes.IsSchema1(expected))
        {
            throw new LayerStoreException(
                ErrorKind.DataLoss,
                $"{json.What} has Docker's schema 1, which is not supported",
                "Convert the image to schema 2 or OCI with the tool or registry that made it.");
        }

        if (version != 2)
        {
            throw StrictJson.Error(json.What, version is null ? "has no schemaVersion" : $"has the schemaVersion {version}, not 2");
        }

        if (isIndex ? json.Has("layers") || json.Has("config") : json.Has("manifests"))
        {
            throw StrictJson.Error(json.What, isIndex ? "is also a manifest: it has a config or layers" : "is also an index: it has manifests");
        }

        if (own is null)
        {
            return !MediaTypes.IsDocker(expected)
                ? expected ?? (isIndex ? MediaTypes.OciIndex : MediaTypes.OciManifest)
                : throw StrictJson.Error(json.What, "has no mediaType, which Docker's format requires");
        }

        if (isIndex ? !MediaTypes.IsIndex(own) : !MediaTypes.IsManifest(own))
        {
            throw StrictJson.Error(json.What, $"says that it is a {own}");
        }

        return expected ?? own;
    }
}
