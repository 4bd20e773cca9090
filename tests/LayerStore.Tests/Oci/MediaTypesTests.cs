using LayerStore.Oci;

namespace LayerStore.Tests.Oci;

public sealed class MediaTypesTests
{
    [Theory]
    [InlineData("application/vnd.oci.image.layer.v1.tar", true, false)]
    [InlineData("application/vnd.oci.image.layer.v1.tar+gzip", true, false)]
    [InlineData("application/vnd.oci.image.layer.v1.tar+zstd", true, false)]
    [InlineData("application/vnd.oci.image.layer.v1.tar+bzip2", true, false)]
    [InlineData("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", true, true)]
    [InlineData("application/vnd.docker.image.rootfs.diff.tar", true, false)]
    [InlineData("application/vnd.docker.image.rootfs.diff.tar.gzip", true, false)]
    [InlineData("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", true, true)]
    [InlineData("application/vnd.oci.image.layer.v1.tar+gzip+encrypted", false, false)]
    [InlineData("application/vnd.oci.image.layer.v1.tarball", false, false)]
    [InlineData("application/vnd.oci.empty.v1+json", false, false)]
    [InlineData("", false, false)]
    public void Layers_are_known(string mediaType, bool isLayer, bool isNonDistributable)
    {
        Assert.Equal(isLayer, MediaTypes.IsLayer(mediaType));
        Assert.Equal(isNonDistributable, MediaTypes.IsNonDistributable(mediaType));
    }
}
