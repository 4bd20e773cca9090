using LayerStore.Oci;
using LayerStore.Tests.Oci;
using LayerStore.Transports;

namespace LayerStore.Tests.Transports;

public sealed class TransportReferenceTests
{
    [Theory]
    [InlineData("oci:a", TransportKind.OciDirectory, "a", null)]
    [InlineData("oci:a:", TransportKind.OciDirectory, "a", null)]
    [InlineData("oci:/x/y:tag", TransportKind.OciDirectory, "/x/y", "tag")]
    [InlineData("oci:b:1/x", TransportKind.OciDirectory, "b", "1/x")]
    [InlineData("oci:d:registry.example.org/foo/bar_baz:v1.0-x", TransportKind.OciDirectory, "d", "registry.example.org/foo/bar_baz:v1.0-x")]
    [InlineData("oci:a::b", TransportKind.OciDirectory, "a", ":b")]
    [InlineData("oci-archive:f.tar:t", TransportKind.OciArchive, "f.tar", "t")]
    [InlineData("docker-archive:f.tar:busybox:1", TransportKind.DockerArchive, "f.tar", "busybox:1")]
    [InlineData("busybox", TransportKind.Store, "docker.io/library/busybox:latest", null)]
    [InlineData("oci", TransportKind.Store, "docker.io/library/oci:latest", null)]
    [InlineData("Plain", TransportKind.Store, "Plain", null)]
    public void A_reference_is_split_at_its_first_colon(string text, TransportKind kind, string path, string? tag) =>
        Assert.Equal(new TransportReference(kind, path, tag), TransportReference.Parse(text));

    [Theory]
    [InlineData("docker://busybox", "not in this version")]
    [InlineData("docker-daemon:busybox:latest", "not in this version")]
    [InlineData("containers-storage:x", "not in this version")]
    [InlineData("oci://x", "not in this version")]
    [InlineData("oci::1/x", "path=\"\", tag=\"1/x\"")]
    [InlineData("oci:", "path=\"\", tag=\"\"")]
    [InlineData("two words", "is not a name")]
    [InlineData("", "is not a name")]
    public void What_is_not_a_reference_is_refused(string text, string says) =>
        Refused.As(ErrorKind.InvalidArgument, says, () => TransportReference.Parse(text));

    [Theory]
    [InlineData("oci:/x/My Dir", null, null, "My-Dir")]
    [InlineData("oci:/x/dir/", null, null, "docker.io/library/dir:latest")]
    [InlineData("oci-archive:/x/a.tar", null, null, "docker.io/library/a.tar:latest")]
    [InlineData("oci:/x/dir:busybox:1", "other", "other", "docker.io/library/busybox:1")]
    [InlineData("oci:/x/dir", "busybox:1", null, "docker.io/library/busybox:1")]
    [InlineData("oci:/x/dir", "1.36", "docker.io/library/busybox:1.36", "docker.io/library/busybox:1.36")]
    [InlineData("oci:/", null, null, "docker.io/library/image:latest")]
    public void A_name_is_suggested(string text, string? refName, string? imageName, string expected)
    {
        Dictionary<string, string> annotations = [];
        if (refName is not null)
        {
            annotations[Annotations.RefName] = refName;
        }

        if (imageName is not null)
        {
            annotations[Annotations.ContainerdImageName] = imageName;
        }

        Descriptor target = new(MediaTypes.OciManifest, Digest.Compute("x"u8), 1) { Annotations = annotations };
        Assert.Equal(expected, TransportReference.Parse(text).SuggestName(target));
    }
}
