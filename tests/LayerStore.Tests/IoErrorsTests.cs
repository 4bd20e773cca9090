namespace LayerStore.Tests;

public sealed class IoErrorsTests
{
    [Theory]
    [InlineData(28, ErrorKind.ResourceExhausted)]
    [InlineData(122, ErrorKind.ResourceExhausted)]
    [InlineData(13, ErrorKind.PermissionDenied)]
    [InlineData(1, ErrorKind.PermissionDenied)]
    [InlineData(30, ErrorKind.PermissionDenied)]
    [InlineData(2, ErrorKind.NotFound)]
    [InlineData(5, ErrorKind.Unknown)]
    public void Each_errno_has_its_kind(int errno, ErrorKind kind)
    {
        LayerStoreException e = IoErrors.FromErrno(errno, "write blob");
        Assert.Equal(kind, e.Kind);
        Assert.StartsWith("cannot write blob: ", e.Message, StringComparison.Ordinal);
        Assert.Equal(kind, Assert.IsType<LayerStoreException>(IoErrors.Translate(new IOException("x", errno), "write blob")).Kind);
    }

    [Fact]
    public void A_full_device_is_ResourceExhausted()
    {
        using FileStream full = new("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        Exception e = Assert.ThrowsAny<Exception>(() => full.Write([1]));
        Assert.True(IoErrors.IsIo(e));
        Assert.Equal(ErrorKind.ResourceExhausted, Assert.IsType<LayerStoreException>(IoErrors.Translate(e, "write")).Kind);
    }

    [Fact]
    public void A_missing_file_is_NotFound()
    {
        Exception e = Assert.ThrowsAny<Exception>(() => File.ReadAllBytes("/nonexistent/file"));
        Assert.Equal(ErrorKind.NotFound, Assert.IsType<LayerStoreException>(IoErrors.Translate(e, "read")).Kind);
    }

    [Fact]
    public void Other_exceptions_stay_what_they_are()
    {
        Exception e = new OperationCanceledException();
        Assert.Same(e, IoErrors.Translate(e, "x"));
    }
}
