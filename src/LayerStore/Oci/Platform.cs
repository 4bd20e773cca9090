namespace LayerStore.Oci;

/// <summary>What an image runs on (OCI image-spec, image-index.md, "platform"): <c>linux/arm64/v8</c>.</summary>
/// <param name="Os">The operating system, as in GOOS.</param>
/// <param name="Architecture">The processor, as in GOARCH.</param>
/// <param name="Variant">The processor's variant, or null.</param>
/// <param name="OsVersion">The operating system's version, or null; only Windows images have one.</param>
public sealed partial record Platform(string Os, string Architecture, string? Variant = null, string? OsVersion = null)
{
    /// <summary><c>os/architecture[/variant]</c>.</summary>
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";
}
