using LayerStore;
using Snapshotter.Layers.Unpack;

namespace Snapshotter.Tests.Layers;

public sealed class ReadAheadStreamTests
{
    private const int Length = 9_000_001;

    [Fact]
    public void It_gives_the_bytes_of_the_inner_stream_whatever_the_reads_are()
    {
        byte[] bytes = new byte[Length];
        new Random(1).NextBytes(bytes);
        using ReadAheadStream stream = new(new MemoryStream(bytes));
        using MemoryStream copy = new();
        Random random = new(2);
        byte[] buffer = new byte[3 << 20];
        for (int read; (read = stream.Read(buffer, 0, random.Next(1, buffer.Length))) > 0;)
        {
            copy.Write(buffer, 0, read);
        }

        Assert.True(bytes.AsSpan().SequenceEqual(copy.ToArray()));
        Assert.Equal(0, stream.Read(buffer));
    }

    [Fact]
    public void An_error_of_the_inner_stream_reaches_the_reader_again_and_again()
    {
        using ReadAheadStream stream = new(new FailingStream());
        for (int i = 0; i < 2; i++)
        {
            LayerStoreException error = Assert.Throws<LayerStoreException>(() => stream.CopyTo(Stream.Null));
            Assert.Equal("it broke", error.Message);
        }
    }

    [Fact]
    public void Disposing_it_ends_an_endless_inner_stream_and_disposes_it()
    {
        EndlessStream inner = new();
        ReadAheadStream stream = new(inner);
        Assert.Equal(1, stream.Read(new byte[1], 0, 1));
        stream.Dispose();
        Assert.True(inner.IsDisposed);
    }

    private sealed class FailingStream : ReadOnlyStream
    {
        private int _left = 3;

        public override int Read(Span<byte> buffer) =>
            _left-- > 0 ? 1 : throw new LayerStoreException(ErrorKind.DataLoss, "it broke");
    }

    private sealed class EndlessStream : ReadOnlyStream
    {
        public bool IsDisposed { get; private set; }

        public override int Read(Span<byte> buffer) => buffer.Length;

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
