using LayerStore.Content;
using LayerStore.Oci;

namespace LayerStore.Tests.Contracts;

/// <summary>The ingests of every <see cref="IContentStore"/>: resumable, locked by reference, verified on commit, published once.</summary>
public abstract class IngestContract : ContentStoreContract
{
    [Fact]
    public async Task An_ingest_shows_its_state_while_it_is_written()
    {
        byte[] bytes = Bytes(1000);
        Descriptor descriptor = Describe(bytes);
        using (IngestWriter writer = await Store.BeginIngestAsync("a b/ü", descriptor))
        {
            Assert.Equal(("a b/ü", 0L), (writer.Reference, writer.Offset));
            writer.Write(bytes.AsSpan(0, 400));
            Assert.Equal(400, writer.Offset);
            IngestStatus status = Assert.Single(await ListIngestsAsync());
            Assert.Equal(("a b/ü", 400L, descriptor.Digest, 1000L, true), (status.Reference, status.Offset, status.Expected, status.Total, status.IsActive));
            Assert.Null(await Store.StatAsync(descriptor.Digest));
        }

        Assert.False(Assert.Single(await ListIngestsAsync()).IsActive);
    }

    [Fact]
    public async Task An_ingest_is_resumed_where_it_was_left()
    {
        byte[] bytes = Bytes(700_000);
        DateTimeOffset startedAt;
        using (IngestWriter writer = await Store.BeginIngestAsync("r", Describe(bytes)))
        {
            writer.Write(bytes.AsSpan(0, 600_000));
            startedAt = Assert.Single(await ListIngestsAsync()).StartedAt;
        }

        // The second writer knows less, and what the first one said still counts.
        using (IngestWriter writer = await Reopen().BeginIngestAsync("r"))
        {
            Assert.Equal(600_000, writer.Offset);
            IngestStatus status = Assert.Single(await ListIngestsAsync());
            Assert.Equal((startedAt, Describe(bytes).Digest), (status.StartedAt, status.Expected));
            writer.Write(bytes.AsSpan(600_000));
            Assert.Equal(Digest.Compute(bytes), (await writer.CommitAsync()).Digest);
        }

        Assert.Equal(bytes, await Store.ReadAllAsync(Describe(bytes), bytes.Length));
        Assert.Empty(await ListIngestsAsync());
    }

    [Fact]
    public async Task A_resumed_ingest_can_be_committed_without_another_byte_under_any_algorithm()
    {
        byte[] bytes = Bytes(700_000);
        using (IngestWriter writer = await Store.BeginIngestAsync("r"))
        {
            writer.Write(bytes);
        }

        using IngestWriter second = await Store.BeginIngestAsync("r");
        Digest digest = Digest.Compute(bytes, DigestAlgorithm.Sha512);
        Assert.Equal(digest, (await second.CommitAsync(digest, bytes.Length)).Digest);
    }

    [Fact]
    public async Task What_a_writer_only_believes_is_listed_and_binds_neither_it_nor_the_next_one()
    {
        byte[] bytes = Bytes(1000);
        using (IngestWriter writer = await Store.BeginIngestAsync("r", Believed(Describe(Bytes(10)))))
        {
            writer.Write(bytes.AsSpan(0, 900));
            Assert.Equal((Describe(Bytes(10)).Digest, 10L), (writer.Status.Expected!, writer.Status.Total));
        }

        using IngestWriter second = await Store.BeginIngestAsync("r", Believed(Describe(bytes) with { Size = 950 }));
        IngestStatus status = Assert.Single(await ListIngestsAsync());
        Assert.Equal((900L, 950L, Describe(bytes).Digest), (status.Offset, status.Total, status.Expected!));
        second.Write(bytes.AsSpan(900));
        Assert.Equal(Digest.Compute(bytes), (await second.CommitAsync()).Digest);
    }

    [Fact]
    public async Task A_blob_that_a_writer_believes_to_be_new_is_AlreadyExists_whatever_size_it_believes()
    {
        byte[] bytes = Bytes(1000);
        await Store.WriteBlobAsync("r", bytes);
        await AssertKindAsync(ErrorKind.AlreadyExists, () => Store.BeginIngestAsync("s", Believed(Describe(bytes) with { Size = 1 })));
        Assert.Empty(await ListIngestsAsync());
    }

    [Fact]
    public async Task A_writer_knows_when_it_wrote_last_and_a_listing_says_the_same_afterwards()
    {
        DateTimeOffset updatedAt;
        using (IngestWriter writer = await Store.BeginIngestAsync("r"))
        {
            Assert.Equal(writer.Status.StartedAt, writer.Status.UpdatedAt);
            DateTimeOffset before = DateTimeOffset.UtcNow;
            writer.Write(Bytes(10));
            updatedAt = writer.Status.UpdatedAt;
            Assert.InRange(updatedAt, before, DateTimeOffset.UtcNow);
        }

        Assert.Equal(updatedAt, Assert.Single(await ListIngestsAsync()).UpdatedAt);
        using IngestWriter second = await Reopen().BeginIngestAsync("r");
        Assert.Equal(updatedAt, second.Status.UpdatedAt);
    }

    [Fact]
    public async Task A_restart_drops_what_was_written()
    {
        byte[] bytes = Bytes(1000);
        using IngestWriter writer = await Store.BeginIngestAsync("r", Describe(bytes));
        writer.Write(Bytes(999));
        writer.Restart();
        Assert.Equal(0, writer.Offset);
        writer.Write(bytes);
        await writer.CommitAsync();
        Assert.Equal(bytes, await Store.ReadAllAsync(Describe(bytes), bytes.Length));
    }

    [Fact]
    public async Task The_wrong_digest_or_size_publishes_nothing_and_keeps_the_ingest()
    {
        byte[] bytes = Bytes(1000);
        using (IngestWriter writer = await Store.BeginIngestAsync("r"))
        {
            writer.Write(bytes);
            Digest other = Digest.Compute("other"u8);
            DigestMismatchException digest = await Assert.ThrowsAsync<DigestMismatchException>(() => writer.CommitAsync(other));
            Assert.Equal((other, Digest.Compute(bytes)), (digest.Expected, digest.Actual));
            SizeMismatchException size = await Assert.ThrowsAsync<SizeMismatchException>(() => writer.CommitAsync(size: 1001));
            Assert.Equal((1001L, 1000L), (size.Expected, size.Actual));
        }

        Assert.Empty(await ListAsync());
        using IngestWriter again = await Store.BeginIngestAsync("r");
        Assert.Equal(1000, again.Offset);
        await again.CommitAsync(Digest.Compute(bytes), 1000);
        Assert.Single(await ListAsync());
    }

    [Fact]
    public async Task A_commit_under_another_algorithm_that_fails_leaves_the_ingest_its_own()
    {
        byte[] bytes = Bytes(700_000);
        using IngestWriter writer = await Store.BeginIngestAsync("r");
        writer.Write(bytes);
        Digest other = Digest.Compute("other"u8, DigestAlgorithm.Sha512);
        await Assert.ThrowsAsync<DigestMismatchException>(() => writer.CommitAsync(other));
        await Assert.ThrowsAsync<SizeMismatchException>(() => writer.CommitAsync(other, 1));
        Assert.Equal(Digest.Compute(bytes), writer.Current());
        Assert.Equal(Digest.Compute(bytes), (await writer.CommitAsync()).Digest);
    }

    [Fact]
    public async Task More_bytes_than_announced_are_refused_as_they_come()
    {
        using IngestWriter writer = await Store.BeginIngestAsync("r", Describe(Bytes(1000)));
        writer.Write(new byte[999]);
        Assert.Throws<SizeMismatchException>(() => writer.Write(new byte[2]));
        Assert.Equal(999, writer.Offset);
    }

    [Fact]
    public async Task A_blob_that_is_here_is_AlreadyExists_and_the_ingest_is_dropped()
    {
        byte[] bytes = Bytes(1000);
        using (IngestWriter writer = await Store.BeginIngestAsync("r", Describe(bytes)))
        {
            writer.Write(bytes.AsSpan(0, 10));
        }

        await Store.WriteBlobAsync("other", bytes);
        await AssertKindAsync(ErrorKind.AlreadyExists, () => Store.BeginIngestAsync("r2", Describe(bytes)));
        Assert.Equal("r", Assert.Single(await ListIngestsAsync()).Reference);
        await Assert.ThrowsAsync<SizeMismatchException>(() => Store.BeginIngestAsync("r3", Describe(bytes) with { Size = 999 }));
    }

    [Fact]
    public async Task Two_references_can_carry_one_blob()
    {
        byte[] bytes = Bytes(1000);
        using IngestWriter first = await Store.BeginIngestAsync("1", Describe(bytes));
        using IngestWriter second = await Reopen().BeginIngestAsync("2", Describe(bytes));
        first.Write(bytes);
        second.Write(bytes);
        BlobInfo[] blobs = await Task.WhenAll(first.CommitAsync(), second.CommitAsync());
        Assert.Equal(blobs[0].Digest, blobs[1].Digest);
        Assert.Equal(bytes, await Store.ReadAllAsync(Describe(bytes), bytes.Length));
        Assert.Empty(await ListIngestsAsync());
    }

    [Fact]
    public async Task A_reference_has_one_writer_and_others_wait_or_are_told()
    {
        byte[] bytes = Bytes(1000);
        IngestWriter first = await Store.BeginIngestAsync("r", Describe(bytes));
        await AssertKindAsync(ErrorKind.Aborted, () => Reopen().BeginIngestAsync("r", wait: false));
        await AssertKindAsync(ErrorKind.Aborted, () => Store.AbortIngestAsync("r"));
        using (IngestWriter other = await Store.BeginIngestAsync("s", wait: false))
        {
            other.Discard();
        }

        Task<IngestWriter> waiting = Reopen().BeginIngestAsync("r", Describe(bytes));
        using CancellationTokenSource cancel = new();
        Task<IngestWriter> cancelled = Store.BeginIngestAsync("r", cancellationToken: cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.False(waiting.IsCompleted);

        first.Write(bytes);
        await first.CommitAsync();
        await AssertKindAsync(ErrorKind.AlreadyExists, () => waiting);
        Assert.Empty(await ListIngestsAsync());
    }

    [Fact]
    public async Task One_that_waited_resumes_what_the_other_left()
    {
        IngestWriter first = await Store.BeginIngestAsync("r");
        Task<IngestWriter> waiting = Reopen().BeginIngestAsync("r");
        first.Write(new byte[10]);
        first.Dispose();
        using IngestWriter second = await waiting;
        Assert.Equal(10, second.Offset);
    }

    [Fact]
    public async Task An_aborted_or_discarded_ingest_is_gone()
    {
        (await Store.BeginIngestAsync("a")).Dispose();
        await Store.AbortIngestAsync("a");
        using (IngestWriter writer = await Store.BeginIngestAsync("b"))
        {
            writer.Discard();
        }

        Assert.Empty(await ListIngestsAsync());
        await AssertKindAsync(ErrorKind.NotFound, () => Store.AbortIngestAsync("a"));
        await AssertKindAsync(ErrorKind.NotFound, () => Store.AbortIngestAsync("never"));
    }

    [Fact]
    public async Task An_ingest_stays_what_it_was_begun_for()
    {
        (await Store.BeginIngestAsync("r", Describe(Bytes(10)))).Dispose();
        await AssertKindAsync(ErrorKind.FailedPrecondition, () => Store.BeginIngestAsync("r", Describe(Bytes(11))));
        (await Store.BeginIngestAsync("r", Describe(Bytes(10)), wait: false)).Dispose();
    }

    [Fact]
    public async Task Ingests_are_listed_by_reference()
    {
        foreach (string reference in (string[])["b", "a", "ns/1/x sha256:…", new string('x', 300)])
        {
            (await Store.BeginIngestAsync(reference)).Dispose();
        }

        Assert.Equal(["a", "b", "ns/1/x sha256:…", new string('x', 300)], (await ListIngestsAsync()).Select(s => s.Reference));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public async Task A_reference_is_text_in_one_line(string reference) =>
        await AssertKindAsync(ErrorKind.InvalidArgument, () => Store.BeginIngestAsync(reference));

    [Fact]
    public async Task Of_many_writers_of_one_reference_one_publishes_and_all_succeed()
    {
        byte[] bytes = Bytes(100_000);
        BlobInfo[] blobs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Reopen().WriteBlobAsync("r", bytes, Describe(bytes)))));
        Assert.Single(blobs.Select(b => (b.Digest, b.CreatedAt)).Distinct());
        Assert.Empty(await ListIngestsAsync());
    }

    [Fact]
    public async Task A_cancelled_write_leaves_an_ingest_that_the_next_one_resumes()
    {
        byte[] bytes = Bytes(900_000);
        using CancellationTokenSource cancel = new();
        using CountingStream source = new(bytes, count =>
        {
            if (count >= 500_000)
            {
                cancel.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.WriteBlobAsync("r", source, Describe(bytes), cancellationToken: cancel.Token));
        Assert.InRange(Assert.Single(await ListIngestsAsync()).Offset, 1, 899_999);

        long read = 0;
        using CountingStream rest = new(bytes, count => read = count);
        await Store.WriteBlobAsync("r", rest, Describe(bytes));
        Assert.InRange(read, 1, 899_999);
        Assert.Equal(bytes, await Store.ReadAllAsync(Describe(bytes), bytes.Length));
    }

    [Fact]
    public async Task A_write_begins_anew_when_what_was_left_is_not_the_blobs_beginning()
    {
        byte[] bytes = Bytes(1000);
        using (IngestWriter writer = await Store.BeginIngestAsync("r", Describe(bytes)))
        {
            writer.Write(new byte[500]);
        }

        await Store.WriteBlobAsync("r", bytes, Describe(bytes));
        Assert.Equal(bytes, await Store.ReadAllAsync(Describe(bytes), bytes.Length));
    }

    [Fact]
    public async Task A_write_of_wrong_bytes_leaves_nothing()
    {
        await Assert.ThrowsAsync<DigestMismatchException>(() => Store.WriteBlobAsync("r", new byte[1000], Describe(Bytes(1000))));
        await Assert.ThrowsAsync<SizeMismatchException>(() => Store.WriteBlobAsync("r", new byte[999], Describe(Bytes(1000))));
        await Assert.ThrowsAsync<SizeMismatchException>(() => Store.WriteBlobAsync("r", new byte[1001], Describe(Bytes(1000))));
        Assert.Empty(await ListIngestsAsync());
        Assert.Empty(await ListAsync());
    }

    /// <summary>Tells how many of its bytes were read.</summary>
    private sealed class CountingStream(byte[] bytes, Action<long> onRead) : MemoryStream(bytes, writable: false)
    {
        private long _count;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int length = await base.ReadAsync(buffer, CancellationToken.None);
            onRead(_count += length);
            return length;
        }
    }

    private static ExpectedBlob Believed(Descriptor descriptor) => new(descriptor.Digest, descriptor.Size) { IsTentative = true };
}
