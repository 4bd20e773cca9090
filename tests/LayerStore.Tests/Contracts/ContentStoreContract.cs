using LayerStore.Content;
using LayerStore.Oci;

namespace LayerStore.Tests.Contracts;

/// <summary>What every <see cref="IContentStore"/> must do: its manual, as tests. Ingests are in <see cref="IngestContract"/>.</summary>
public abstract class ContentStoreContract
{
    /// <summary>An empty store.</summary>
    protected abstract IContentStore Store { get; }

    /// <summary>The same store as another process sees it.</summary>
    protected abstract IContentStore Reopen();

    /// <summary>Changes one byte of a stored blob behind the store's back; its size and times stay.</summary>
    protected abstract void Damage(Digest digest);

    [Fact]
    public async Task A_written_blob_is_read_back()
    {
        byte[] bytes = Bytes(1_000_000);
        BlobInfo written = await Store.WriteBlobAsync("r", bytes, Describe(bytes));
        Assert.Equal((Digest.Compute(bytes), 1_000_000L), (written.Digest, written.Size));
        Assert.Equal(bytes, await Store.ReadAllAsync(written.Digest, int.MaxValue));
        AssertSame(written, await Reopen().StatAsync(written.Digest));
        Assert.Empty(await ListIngestsAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(699_999)]
    [InlineData(700_000)]
    public async Task A_part_is_read_from_any_place_to_the_end(int offset)
    {
        byte[] bytes = Bytes(700_000);
        BlobInfo written = await Store.WriteBlobAsync("r", bytes);
        await using Stream part = await Store.OpenPartAsync(written.Digest, offset);
        using MemoryStream read = new();
        await part.CopyToAsync(read);
        Assert.Equal(bytes[offset..], read.ToArray());
        Assert.False(((VerifyingStream)part).IsVerified);
    }

    [Fact]
    public async Task A_part_begins_within_the_blob_and_is_not_verified()
    {
        BlobInfo written = await Store.WriteBlobAsync("r", Bytes(1000));
        await AssertKindAsync(ErrorKind.OutOfRange, () => Store.OpenPartAsync(written.Digest, 1001));
        await AssertKindAsync(ErrorKind.NotFound, () => Store.OpenPartAsync(Digest.Compute("absent"u8), 0));
        Damage(written.Digest);
        await using Stream part = await Store.OpenPartAsync(written.Digest, 0);
        Assert.Equal(1000, await part.ReadAtLeastAsync(new byte[1001], 1001, throwOnEndOfStream: false));
    }

    [Fact]
    public async Task The_empty_blob_is_a_blob()
    {
        BlobInfo written = await Store.WriteBlobAsync("r", ReadOnlyMemory<byte>.Empty);
        Assert.Equal(0, written.Size);
        Assert.Empty(await Store.ReadAllAsync(written.Digest, 0));
    }

    [Fact]
    public async Task Sha512_names_blobs_as_well()
    {
        byte[] bytes = Bytes(1000);
        Descriptor descriptor = new("x/y", Digest.Compute(bytes, DigestAlgorithm.Sha512), bytes.Length);
        await Store.WriteBlobAsync("r", bytes, descriptor);
        Assert.Equal(bytes, await Store.ReadAllAsync(descriptor, 1000));
        Assert.Equal([descriptor.Digest], (await ListAsync()).Select(b => b.Digest));
    }

    [Fact]
    public async Task An_absent_blob_is_null_to_Stat_and_NotFound_to_all_others()
    {
        Digest absent = Digest.Compute("absent"u8);
        Assert.Null(await Store.StatAsync(absent));
        await AssertKindAsync(ErrorKind.NotFound, () => Store.OpenAsync(absent));
        await AssertKindAsync(ErrorKind.NotFound, () => Store.DeleteAsync(absent));
        await AssertKindAsync(ErrorKind.NotFound, () => Store.SetLabelsAsync(absent, new Dictionary<string, string?> { ["a"] = "b" }));
        await AssertKindAsync(ErrorKind.NotFound, () => Store.ReadAllAsync(absent, 1));
    }

    [Fact]
    public async Task Labels_are_set_changed_and_removed_one_by_one()
    {
        BlobInfo blob = await Store.WriteBlobAsync("r", Bytes(10), labels: new Dictionary<string, string> { ["a"] = "1", ["b.c/d"] = "2" });
        Assert.Equal(2, blob.Labels.Count);
        blob = await Store.SetLabelsAsync(blob.Digest, new Dictionary<string, string?> { ["a"] = null, ["b.c/d"] = "3", ["ä"] = "x=y z" });
        Assert.Equal(new Dictionary<string, string> { ["b.c/d"] = "3", ["ä"] = "x=y z" }, blob.Labels);
        AssertSame(blob, await Reopen().StatAsync(blob.Digest));
        Assert.True(blob.UpdatedAt >= blob.CreatedAt);
        Assert.Empty((await Store.SetLabelsAsync(blob.Digest, new Dictionary<string, string?> { ["b.c/d"] = "", ["ä"] = "" })).Labels);
    }

    [Theory]
    [InlineData("", "x")]
    [InlineData("a\0b", "x")]
    [InlineData("a", "\0")]
    public async Task Labels_that_cannot_be_kept_are_refused(string key, string value)
    {
        BlobInfo blob = await Store.WriteBlobAsync("r", Bytes(10));
        await AssertKindAsync(ErrorKind.InvalidArgument, () => Store.SetLabelsAsync(blob.Digest, new Dictionary<string, string?> { [key] = value }));
        await AssertKindAsync(ErrorKind.InvalidArgument, () => Store.WriteBlobAsync("s", Bytes(11), labels: new Dictionary<string, string> { [key] = value }));
    }

    [Fact]
    public async Task Text_that_is_not_Unicode_is_refused()
    {
        string half = new('\ud800', 1);
        await AssertKindAsync(ErrorKind.InvalidArgument, () => Store.BeginIngestAsync(half));
        await AssertKindAsync(ErrorKind.InvalidArgument, () => Store.WriteBlobAsync("r", Bytes(10), labels: new Dictionary<string, string> { ["a"] = half }));
    }

    [Fact]
    public async Task A_label_has_at_most_4096_bytes()
    {
        BlobInfo blob = await Store.WriteBlobAsync("r", Bytes(10));
        await Store.SetLabelsAsync(blob.Digest, new Dictionary<string, string?> { ["k"] = new string('v', 4095) });
        await AssertKindAsync(
            ErrorKind.InvalidArgument, () => Store.SetLabelsAsync(blob.Digest, new Dictionary<string, string?> { ["k"] = new string('v', 4096) }));
    }

    [Fact]
    public async Task List_has_all_blobs_ordered_by_digest()
    {
        for (int i = 0; i < 20; i++)
        {
            byte[] bytes = Bytes(i);
            await Store.WriteBlobAsync("r", bytes, new Descriptor("x/y", Digest.Compute(bytes, (DigestAlgorithm)(i % 2)), i), new Dictionary<string, string> { ["i"] = $"{i}" });
        }

        List<BlobInfo> blobs = await ListAsync();
        Assert.Equal(20, blobs.Count);
        Assert.Equal(blobs.Select(b => b.Digest).Order(), blobs.Select(b => b.Digest));
        foreach (BlobInfo blob in blobs)
        {
            AssertSame(blob, await Store.StatAsync(blob.Digest));
        }
    }

    [Fact]
    public async Task A_deleted_blob_is_gone_with_its_labels_and_can_come_back()
    {
        BlobInfo blob = await Store.WriteBlobAsync("r", Bytes(10), labels: new Dictionary<string, string> { ["a"] = "1" });
        await Store.DeleteAsync(blob.Digest);
        Assert.Null(await Reopen().StatAsync(blob.Digest));
        Assert.Empty(await ListAsync());
        Assert.Empty((await Store.WriteBlobAsync("r", Bytes(10))).Labels);
    }

    [Fact]
    public async Task A_reader_outlives_the_deletion_of_its_blob()
    {
        byte[] bytes = Bytes(300_000);
        BlobInfo blob = await Store.WriteBlobAsync("r", bytes);
        await using Stream reader = await Store.OpenAsync(blob.Digest);
        await Store.DeleteAsync(blob.Digest);
        byte[] read = new byte[bytes.Length];
        await reader.ReadExactlyAsync(read);
        Assert.Equal(bytes, read);
    }

    [Fact]
    public async Task A_damaged_blob_is_never_returned_as_good_and_the_next_ingest_replaces_it()
    {
        byte[] bytes = Bytes(300_000);
        BlobInfo blob = await Store.WriteBlobAsync("r", bytes);
        Damage(blob.Digest);
        DigestMismatchException e = await Assert.ThrowsAsync<DigestMismatchException>(() => Store.ReadAllAsync(blob.Digest, int.MaxValue));
        Assert.Equal(blob.Digest, e.Expected);
        Assert.NotEqual(blob.Digest, e.Actual);

        Assert.Null(await Reopen().StatAsync(blob.Digest));
        await AssertKindAsync(ErrorKind.DataLoss, () => Reopen().OpenAsync(blob.Digest));
        Assert.Empty(await ListAsync());

        await Store.WriteBlobAsync("again", bytes, Describe(bytes));
        Assert.Equal(bytes, await Reopen().ReadAllAsync(blob.Digest, int.MaxValue));
    }

    [Fact]
    public async Task A_damaged_blob_can_be_deleted()
    {
        BlobInfo blob = await Store.WriteBlobAsync("r", Bytes(1000));
        Damage(blob.Digest);
        await AssertKindAsync(ErrorKind.DataLoss, () => Store.ReadAllAsync(blob.Digest, 1000));
        await Store.DeleteAsync(blob.Digest);
        await AssertKindAsync(ErrorKind.NotFound, () => Store.OpenAsync(blob.Digest));
    }

    [Fact]
    public async Task The_last_byte_of_a_damaged_blob_is_never_handed_out()
    {
        byte[] bytes = Bytes(1000);
        BlobInfo blob = await Store.WriteBlobAsync("r", bytes);
        Damage(blob.Digest);
        await using Stream reader = await Store.OpenAsync(blob.Digest);
        Assert.Throws<DigestMismatchException>(() => reader.ReadExactly(new byte[1000]));
    }

    [Fact]
    public async Task ReadAll_refuses_what_is_too_large_or_of_another_size()
    {
        byte[] bytes = Bytes(1000);
        BlobInfo blob = await Store.WriteBlobAsync("r", bytes);
        Assert.Equal(bytes, await Store.ReadAllAsync(Describe(bytes), 1000));
        await AssertKindAsync(ErrorKind.DataLoss, () => Store.ReadAllAsync(blob.Digest, 999));
        await AssertKindAsync(ErrorKind.DataLoss, () => Store.ReadAllAsync(Describe(bytes), 999));
        await Assert.ThrowsAsync<SizeMismatchException>(() => Store.ReadAllAsync(Describe(bytes) with { Size = 999 }, 2000));
        Assert.NotNull(await Store.StatAsync(blob.Digest));
    }

    [Fact]
    public async Task Writing_a_blob_again_adds_its_labels_and_nothing_else()
    {
        byte[] bytes = Bytes(1000);
        BlobInfo first = await Store.WriteBlobAsync("r", bytes, Describe(bytes), new Dictionary<string, string> { ["a"] = "1" });
        BlobInfo second = await Store.WriteBlobAsync("s", bytes, Describe(bytes), new Dictionary<string, string> { ["b"] = "2" });
        BlobInfo third = await Store.WriteBlobAsync("t", bytes, labels: new Dictionary<string, string> { ["c"] = "3" });
        Assert.Equal(first.CreatedAt, third.CreatedAt);
        Assert.Equal(2, second.Labels.Count);
        Assert.Equal(3, third.Labels.Count);
    }

    /// <summary>Bytes that depend on the length alone.</summary>
    protected static byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    protected static Descriptor Describe(byte[] bytes) => new("application/octet-stream", Digest.Compute(bytes), bytes.Length);

    protected static async Task AssertKindAsync(ErrorKind kind, Func<Task> action) =>
        Assert.Equal(kind, (await Assert.ThrowsAnyAsync<LayerStoreException>(action)).Kind);

    protected static void AssertSame(BlobInfo expected, BlobInfo? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Labels, actual.Labels);
        Assert.Equal(expected, actual with { Labels = expected.Labels });
    }

    protected async Task<List<BlobInfo>> ListAsync()
    {
        List<BlobInfo> all = [];
        await foreach (BlobInfo blob in Store.ListAsync())
        {
            all.Add(blob);
        }

        return all;
    }

    protected async Task<List<IngestStatus>> ListIngestsAsync()
    {
        List<IngestStatus> all = [];
        await foreach (IngestStatus ingest in Store.ListIngestsAsync())
        {
            all.Add(ingest);
        }

        return all;
    }
}
