using LayerStore.Images;
using LayerStore.Oci;

namespace LayerStore.Tests.Oci;

public sealed class ImageReferenceTests
{
    private const string Hash = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

    [Theory]
    [InlineData("busybox", "docker.io/library/busybox:latest", "busybox:latest")]
    [InlineData("busybox:1.36", "docker.io/library/busybox:1.36", "busybox:1.36")]
    [InlineData("busybox@" + Hash, "docker.io/library/busybox@" + Hash, "busybox@" + Hash)]
    [InlineData("a/b:c@" + Hash, "docker.io/a/b:c@" + Hash, "a/b:c@" + Hash)]
    [InlineData("docker.io/busybox", "docker.io/library/busybox:latest", "busybox:latest")]
    [InlineData("index.docker.io/library/busybox", "docker.io/library/busybox:latest", "busybox:latest")]
    [InlineData("localhost/x", "localhost/x:latest", "localhost/x:latest")]
    [InlineData("localhost:5000/x", "localhost:5000/x:latest", "localhost:5000/x:latest")]
    [InlineData("registry.example.org:443/a/b_c/d--e:V1.0-x", "registry.example.org:443/a/b_c/d--e:V1.0-x", "registry.example.org:443/a/b_c/d--e:V1.0-x")]
    [InlineData("UP/x", "UP/x:latest", "UP/x:latest")]
    [InlineData("[::1]:5000/x", "[::1]:5000/x:latest", "[::1]:5000/x:latest")]
    [InlineData("docker.io/a.b/c", "docker.io/a.b/c:latest", "docker.io/a.b/c:latest")] // a.b would be a host
    [InlineData("latest", "docker.io/library/latest:latest", "latest:latest")]
    public void A_reference_is_normalised(string text, string full, string familiar)
    {
        ImageReference reference = ImageReference.Parse(text);
        Assert.Equal(full, reference.ToString());
        Assert.Equal(familiar, reference.Familiar);
        Assert.Equal(reference, ImageReference.Parse(full));
        Assert.Equal(reference, ImageReference.Parse(familiar));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Busybox")]
    [InlineData("a//b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a:")]
    [InlineData("a:b:c")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("a:b\n")]
    [InlineData("a___b")]
    [InlineData("-a")]
    [InlineData("a@sha256:123")]
    [InlineData("a:-x")]
    [InlineData("ab-.c/x:tag/y")]
    [InlineData("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")]
    public void What_is_not_a_reference_is_refused(string text) =>
        Refused.As(ErrorKind.InvalidArgument, "is not an image reference", () => ImageReference.Parse(text));

    [Fact]
    public void Length_is_bounded()
    {
        Assert.True(ImageReference.TryParse("localhost/" + new string('a', 245), out _));
        Assert.False(ImageReference.TryParse("localhost/" + new string('a', 246), out _));
        Assert.False(ImageReference.TryParse("a:" + new string('a', 129), out _));
    }

    [Theory]
    [InlineData("busybox", "docker.io/library/busybox:latest")]
    [InlineData("MyLayout", "MyLayout")]
    [InlineData("team/Nightly.2", "team/Nightly.2")]
    public void A_name_is_a_reference_or_a_plain_word(string text, string expected) => Assert.Equal(expected, ImageName.Normalize(text));

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("a\nb")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("Ünï")]
    public void Other_names_are_refused(string text) =>
        Refused.As(ErrorKind.InvalidArgument, "is not a name", () => ImageName.Normalize(text));

    [Theory]
    [InlineData("v1.0", "docker.io/library/v1.0:latest")]
    [InlineData("My Layout!", "My-Layout")]
    [InlineData("../..", "docker.io/library/image:latest")]
    [InlineData("Ünï", "docker.io/library/n:latest")]
    [InlineData("A__B", "A_B")]
    public void A_name_is_made_of_any_text(string text, string expected) => Assert.Equal(expected, ImageName.FromText(text));
}
