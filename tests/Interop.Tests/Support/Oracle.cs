namespace Interop.Tests.Support;

/// <summary>What other people's tools unpack, as the lines of testdata/tree.pl.</summary>
internal static class Oracle
{
    private static readonly string s_plainLayout = Repository.PathOf("tests/Interop.Tests/Support/plain-layout.sh");

    /// <summary>The programs that the methods here run.</summary>
    public static readonly string[] Programs = ["umoci", "skopeo", "jq", "gzip", "bzip2", "zstd", "getfattr", "perl"];

    /// <summary>The tree that <c>umoci unpack</c> gives for a tag of a layout.</summary>
    public static string Umoci(string layout, string tag)
    {
        using var bundle = new TempDirectory();
        ProcessRunner.Run("umoci", "unpack", "--image", $"{layout}:{tag}", bundle["bundle"]);
        return TestData.Tree(bundle["bundle/rootfs"]);
    }

    /// <summary>As <see cref="Umoci"/>, for the image that skopeo chooses for this machine from an index.</summary>
    public static string UmociOfIndex(string layout, string tag)
    {
        using var directory = new TempDirectory();
        ProcessRunner.Run("skopeo", "--override-os", "linux", "--override-arch", "amd64", "copy", "-q", $"oci:{layout}:{tag}", $"oci:{directory["one"]}:one");
        return Umoci(directory["one"], "one");
    }

    /// <summary>As <see cref="Umoci"/>, for an image with compressions or media types that it does not know.</summary>
    public static string UmociOfPlainLayers(string layout, string tag)
    {
        using var directory = new TempDirectory();
        ProcessRunner.Run(s_plainLayout, layout, tag, directory["plain"]);
        return Umoci(directory["plain"], "plain");
    }

    /// <summary>The tree that GNU tar makes of the layers, each over the one before. It knows no whiteouts.</summary>
    public static string GnuTar(string layout, string tag)
    {
        using var directory = new TempDirectory();
        ProcessRunner.Run(s_plainLayout, layout, tag, directory["plain"]);
        ProcessRunner.Script(
            """
            manifest=$(jq -r '.manifests[0].digest | sub(":"; "/")' "$1/index.json")
            mkdir "$2"
            for layer in $(jq -r '.layers[].digest | sub(":"; "/")' "$1/blobs/$manifest"); do
                tar -C "$2" --extract --preserve-permissions --numeric-owner --xattrs --xattrs-include='*' --file "$1/blobs/$layer"
            done
            """,
            directory["plain"],
            directory["tree"]);
        return TestData.Tree(directory["tree"]);
    }
}
