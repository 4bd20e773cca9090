using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace LayerStore.Oci;

/// <summary>What an image runs on (OCI image-spec, image-index.md, "platform"): <c>linux/arm64/v8</c>.</summary>
/// <param name="Os">The operating system, as in GOOS.</param>
/// <param name="Architecture">The processor, as in GOARCH.</param>
/// <param name="Variant">The processor's variant, or null.</param>
/// <param name="OsVersion">The operating system's version, or null; only Windows images have one.</param>
public sealed partial record Platform(string Os, string Architecture, string? Variant = null, string? OsVersion = null)
{
    /// <summary>The platform of this machine, as images call it.</summary>
    public static Platform Current { get; } = new Platform("linux", RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.X86 => "386",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        System.Runtime.InteropServices.Architecture.Arm or System.Runtime.InteropServices.Architecture.Armv6 => "arm",
        System.Runtime.InteropServices.Architecture.Ppc64le => "ppc64le",
        System.Runtime.InteropServices.Architecture.S390x => "s390x",
        System.Runtime.InteropServices.Architecture.RiscV64 => "riscv64",
        System.Runtime.InteropServices.Architecture.LoongArch64 => "loong64",
        var other => other.ToString(),
    }).Normalize();

    /// <summary>
    /// Whether this is <c>unknown/unknown</c>: builders mark so what stands in an index but is no image, such as an
    /// attestation. It is never chosen.
    /// </summary>
    public bool IsUnknown => Os == "unknown" && Architecture == "unknown";

    /// <summary>
    /// Parses <c>os/architecture[/variant]</c>, or an architecture alone, which is one of Linux. The result is normalised.
    /// </summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>: not of that form.</exception>
    public static Platform Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('/');
        if (parts.Length > 3 || !parts.All(part => Component().IsMatch(part)))
        {
            throw new LayerStoreException(
                ErrorKind.InvalidArgument, $"\"{Printable.Text(text)}\" is not a platform", "A platform is OS/ARCHITECTURE[/VARIANT], such as linux/arm64.");
        }

        return (parts.Length == 1 ? new Platform("linux", parts[0]) : new Platform(parts[0], parts[1], parts.Length == 3 ? parts[2] : null)).Normalize();
    }

    /// <summary>
    /// The same platform in the one spelling that is compared: lower case, Go's names for processors, and the variant
    /// left out where it says nothing (containerd's platforms package has the same rules).
    /// </summary>
    public Platform Normalize()
    {
        string architecture = Architecture.ToLowerInvariant();
        string? variant = string.IsNullOrEmpty(Variant) ? null : Variant.ToLowerInvariant();
        (architecture, variant) = architecture switch
        {
            "x86_64" or "x86-64" => ("amd64", variant),
            "i386" or "i486" or "i586" or "i686" or "x86" => ("386", null),
            "aarch64" => ("arm64", variant),
            "armhf" => ("arm", "v7"),
            "armel" => ("arm", "v6"),
            _ => (architecture, variant),
        };
        variant = (architecture, variant) switch
        {
            ("386", _) or ("amd64", "v1") or ("arm64", "8" or "v8") => null,
            ("arm", null or "7") => "v7",
            ("arm", "5" or "6" or "8") => "v" + variant,
            _ => variant,
        };
        string os = Os.ToLowerInvariant();
        return new Platform(os == "macos" ? "darwin" : os, architecture, variant, string.IsNullOrEmpty(OsVersion) ? null : OsVersion);
    }

    /// <summary>
    /// What runs here, best first: this platform, then the lower variants of its processor. Of an index, the first image
    /// of the best of these is chosen.
    /// </summary>
    public IReadOnlyList<Platform> Compatible()
    {
        Platform own = Normalize();
        if (own.Architecture is not ("arm" or "amd64")
            || own.Variant is not ['v', >= '2' and <= '9' and char level])
        {
            return [own];
        }

        // amd64 begins at v1, which is written as no variant; arm at v5.
        char lowest = own.Architecture == "arm" ? '5' : '1';
        List<Platform> result = [own];
        for (char lower = (char)(level - 1); lower >= lowest; lower--)
        {
            result.Add((own with { Variant = $"v{lower}" }).Normalize());
        }

        return result;
    }

    /// <summary>Whether an image of the other platform is one of this platform: equal once both are normalised.</summary>
    public bool Matches(Platform other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Platform own = Normalize();
        Platform theirs = other.Normalize();
        return own.Os == theirs.Os
            && own.Architecture == theirs.Architecture
            && own.Variant == theirs.Variant
            && (own.OsVersion is null || own.OsVersion == theirs.OsVersion);
    }

    /// <summary><c>os/architecture[/variant]</c>.</summary>
    public override string ToString() => Printable.Text(Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}");

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]*\z")]
    private static partial Regex Component();
}
