using LayerStore.Content;
using LayerStore.Metadata;
using LayerStore.Oci;

namespace LayerStore.Tests.Content;

/// <summary>Two owners and the command line in one store: what each sees, and what stays when one of them gives a blob up.</summary>
public sealed class OwnerTests : IDisposable
{
    private static readonly byte[] s_bytes = new byte[1000];
    private static readonly Descriptor s_blob = new("x/y", Digest.Compute(s_bytes), s_bytes.Length);

    private readonly TempDirectory _directory = new();
    private readonly ManualClock _clock = new();
    private readonly SqliteDatabase _database;
    private readonly StoreLayout _layout;
    private readonly ContentStore _all;
    private readonly IContentStore _one;
    private readonly IContentStore _two;
    private int _dropped;

    public OwnerTests()
    {
        _layout = StoreLayout.OpenOrCreate(_directory.Path, XattrNamespace.Trusted);
        _database = MetadataDatabase.Open(_layout);
        _all = new ContentStore(_layout, _database, time: _clock);
        _one = _all.ForOwner("one", () => _dropped++);
        _two = _all.ForOwner("two");
    }

    public void Dispose()
    {
        _database.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_blob_of_one_owner_is_not_there_for_another_and_is_for_the_command_line()
    {
        await _one.WriteBlobAsync("r", s_bytes, s_blob);

        Assert.Null(await _two.StatAsync(s_blob.Digest));
        Assert.Empty(await _two.ListAsync().ToListAsync());
        await AssertKindAsync(ErrorKind.NotFound, () => _two.OpenAsync(s_blob.Digest));
        await AssertKindAsync(ErrorKind.NotFound, () => _two.DeleteAsync(s_blob.Digest));
        await AssertKindAsync(ErrorKind.NotFound, () => _two.SetLabelsAsync(s_blob.Digest, new Dictionary<string, string?> { ["a"] = "b" }));
        await AssertKindAsync(ErrorKind.NotFound, () => _two.ReplaceLabelsAsync(s_blob.Digest, new Dictionary<string, string> { ["a"] = "b" }));
        Assert.NotNull(await _all.StatAsync(s_blob.Digest));
        Assert.Equal([new BlobClaim("one", s_blob.Digest)], _all.ListClaims());
    }

    [Theory]
    [InlineData(StoreOwner.CommandLine)]
    [InlineData("one")]
    public async Task To_begin_a_blob_that_another_has_claims_it(string first)
    {
        await _all.ForOwner(first).WriteBlobAsync("r", s_bytes, s_blob, new Dictionary<string, string> { ["theirs"] = "x" });
        _clock.Now += TimeSpan.FromDays(1);

        await AssertKindAsync(ErrorKind.AlreadyExists, () => _two.BeginIngestAsync("r", s_blob));

        BlobInfo blob = Assert.Single(await _two.ListAsync().ToListAsync());
        Assert.Equal((s_blob.Digest, _clock.Now, _clock.Now), (blob.Digest, blob.CreatedAt, blob.UpdatedAt));
        Assert.Empty(blob.Labels);
        Assert.Equal(s_bytes, await _two.ReadAllAsync(s_blob, s_bytes.Length));
        Assert.Empty(await _two.ListIngestsAsync().ToListAsync());
    }

    [Fact]
    public async Task The_digest_alone_is_enough_to_claim_and_another_size_is_not()
    {
        await _all.WriteBlobAsync("r", s_bytes, s_blob);
        await Assert.ThrowsAsync<SizeMismatchException>(() => _one.BeginIngestAsync("r", new ExpectedBlob(s_blob.Digest, 1)));
        Assert.Empty(_all.ListClaims());

        await AssertKindAsync(ErrorKind.AlreadyExists, () => _one.BeginIngestAsync("r", new ExpectedBlob(s_blob.Digest, null)));
        Assert.NotNull(await _one.StatAsync(s_blob.Digest));
    }

    [Fact]
    public async Task A_damaged_blob_is_not_claimed_and_is_written_again()
    {
        await _all.WriteBlobAsync("r", s_bytes, s_blob);
        BlobFile.FlipOneBit(_layout.Blob(s_blob.Digest));
        await Assert.ThrowsAsync<DigestMismatchException>(() => _all.ReadAllAsync(s_blob, s_bytes.Length));

        using (IngestWriter writer = await _one.BeginIngestAsync("r", s_blob))
        {
            writer.Write(s_bytes);
            await writer.CommitAsync(mustBeNew: true);
        }

        Assert.Equal(s_bytes, await _one.ReadAllAsync(s_blob, s_bytes.Length));
        Assert.NotNull(await _all.StatAsync(s_blob.Digest));
    }

    [Fact]
    public async Task A_commit_of_what_another_has_claims_it_with_its_labels_and_of_what_one_has_is_AlreadyExists()
    {
        await _two.WriteBlobAsync("r", s_bytes, s_blob);
        Assert.Equal("x", (await CommitAsync()).Labels["mine"]);
        await AssertKindAsync(ErrorKind.AlreadyExists, CommitAsync);

        Assert.Empty(await _one.ListIngestsAsync().ToListAsync());
        Assert.Empty((await _two.StatAsync(s_blob.Digest))!.Labels);
        Assert.Empty((await _all.StatAsync(s_blob.Digest))!.Labels);

        async Task<BlobInfo> CommitAsync()
        {
            using IngestWriter writer = await _one.BeginIngestAsync("r");
            writer.Write(s_bytes);
            return await writer.CommitAsync(s_blob.Digest, labels: new Dictionary<string, string> { ["mine"] = "x" }, mustBeNew: true);
        }
    }

    [Fact]
    public async Task Labels_and_times_are_each_owners_own()
    {
        await _one.WriteBlobAsync("r", s_bytes, s_blob, new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" });
        await _all.SetLabelsAsync(s_blob.Digest, new Dictionary<string, string?> { ["cli"] = "x" });
        await _two.WriteBlobAsync("r", s_bytes, s_blob, new Dictionary<string, string> { ["a"] = "other" });
        DateTimeOffset created = _clock.Now;
        _clock.Now += TimeSpan.FromHours(1);

        BlobInfo replaced = await _one.ReplaceLabelsAsync(s_blob.Digest, new Dictionary<string, string> { ["b"] = "3", ["c"] = "4", ["gone"] = "" });

        Assert.Equal(new Dictionary<string, string> { ["b"] = "3", ["c"] = "4" }, replaced.Labels);
        Assert.Equal((created, _clock.Now), (replaced.CreatedAt, replaced.UpdatedAt));
        BlobInfo other = (await _two.StatAsync(s_blob.Digest))!;
        Assert.Equal(new Dictionary<string, string> { ["a"] = "other" }, other.Labels);
        Assert.Equal((created, created), (other.CreatedAt, other.UpdatedAt));
        Assert.Equal(new Dictionary<string, string> { ["cli"] = "x" }, (await _all.StatAsync(s_blob.Digest))!.Labels);
        Assert.Empty((await _one.ReplaceLabelsAsync(s_blob.Digest, Labels.None)).Labels);
        Assert.Equal(["x"], (await _all.ReplaceLabelsAsync(s_blob.Digest, new Dictionary<string, string> { ["new"] = "x" })).Labels.Values);
    }

    [Fact]
    public async Task What_one_owner_deletes_the_other_keeps_and_what_nobody_claims_is_on_record()
    {
        await _one.WriteBlobAsync("r", s_bytes, s_blob);
        await _two.WriteBlobAsync("r", s_bytes, s_blob);
        Assert.Equal(0, _all.ReadDropped().Last);

        await _one.DeleteAsync(s_blob.Digest);

        Assert.Equal(1, _dropped);
        Assert.Null(await _one.StatAsync(s_blob.Digest));
        await AssertKindAsync(ErrorKind.NotFound, () => _one.DeleteAsync(s_blob.Digest));
        Assert.Equal(s_bytes, await _two.ReadAllAsync(s_blob, s_bytes.Length));
        DroppedBlobs first = _all.ReadDropped();
        Assert.Equal([s_blob.Digest], first.Digests);

        // Given up again after the record was read: to forget what was read does not forget that.
        await _two.DeleteAsync(s_blob.Digest);
        _all.ForgetDropped(first);
        Assert.Equal([s_blob.Digest], _all.ReadDropped().Digests);
        _all.ForgetDropped(_all.ReadDropped());
        Assert.Empty(_all.ReadDropped().Digests);
        Assert.NotNull(await _all.StatAsync(s_blob.Digest));
    }

    [Fact]
    public async Task The_command_line_does_not_remove_what_another_claims()
    {
        await _one.WriteBlobAsync("r", s_bytes, s_blob);
        LayerStoreException e = await Assert.ThrowsAsync<LayerStoreException>(() => _all.DeleteAsync(s_blob.Digest));
        Assert.Equal((ErrorKind.FailedPrecondition, $"blob {s_blob.Digest} is claimed by one"), (e.Kind, e.Message));

        // A collector that planned before the claim was made: it is told that the blob stayed.
        Assert.Empty(await _all.DiscardAsync([s_blob.Digest]));
        Assert.Equal(s_bytes, await _one.ReadAllAsync(s_blob, s_bytes.Length));

        await _one.DeleteAsync(s_blob.Digest);
        Assert.Equal([s_blob.Digest], await _all.DiscardAsync([s_blob.Digest]));
        Assert.Null(await _all.StatAsync(s_blob.Digest));
    }

    [Fact]
    public async Task Ingests_of_one_reference_are_each_owners_own()
    {
        IContentStore[] stores = [_all, _one, _two];
        IngestWriter[] writers = await Task.WhenAll(stores.Select(store => store.BeginIngestAsync("one reference", wait: false)));
        for (int i = 0; i < writers.Length; i++)
        {
            writers[i].Write(new byte[i + 1]);
            writers[i].Dispose();
        }

        foreach ((IContentStore store, long length) in stores.Zip([1L, 2L, 3L]))
        {
            IngestStatus status = Assert.Single(await store.ListIngestsAsync().ToListAsync());
            Assert.Equal(length, status.Offset);
            Assert.Equal(status, await store.FindIngestAsync("one reference"));
        }

        await _one.AbortIngestAsync("one reference");
        Assert.Null(await _one.FindIngestAsync("one reference"));
        await AssertKindAsync(ErrorKind.NotFound, () => _one.AbortIngestAsync("one reference"));
        Assert.Single(await _two.ListIngestsAsync().ToListAsync());
        using IngestWriter resumed = await _all.BeginIngestAsync("one reference");
        Assert.Equal(1, resumed.Offset);
        Assert.Equal(["two"], _all.ListIdleIngests().Select(ingest => ingest.Owner));
    }

    [Fact]
    public async Task An_ingest_may_know_its_size_and_no_digest()
    {
        using (IngestWriter writer = await _one.BeginIngestAsync("r", new ExpectedBlob(null, 10)))
        {
            writer.Write(new byte[9]);
            Assert.Throws<SizeMismatchException>(() => writer.Write(new byte[2]));
        }

        Assert.Equal((null, 10L), ((await _one.FindIngestAsync("r"))!.Expected, (await _one.FindIngestAsync("r"))!.Total));
        await AssertKindAsync(ErrorKind.FailedPrecondition, () => _one.BeginIngestAsync("r", new ExpectedBlob(null, 11)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public void An_owner_has_a_name_in_one_line(string name) =>
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<LayerStoreException>(() => _all.ForOwner(name)).Kind);

    [Fact]
    public async Task A_store_of_the_first_version_opens_and_keeps_all()
    {
        await _all.WriteBlobAsync("r", s_bytes, s_blob, new Dictionary<string, string> { ["a"] = "1" });
        _database.Write(session =>
        {
            foreach (string table in (string[])["claim_labels", "claims", "dropped", "document_names", "documents"])
            {
                session.Execute($"DROP TABLE {table}");
            }

            session.Execute("PRAGMA user_version = 1");
        });
        _database.Dispose();

        using SqliteDatabase again = MetadataDatabase.Open(_layout);
        ContentStore store = new(_layout, again);
        Assert.Equal("1", (await store.StatAsync(s_blob.Digest))!.Labels["a"]);
        await AssertKindAsync(ErrorKind.AlreadyExists, () => store.ForOwner("one").BeginIngestAsync("r", s_blob));
        Assert.Equal([new BlobClaim("one", s_blob.Digest)], store.ListClaims());
    }

    private static async Task AssertKindAsync(ErrorKind kind, Func<Task> action) =>
        Assert.Equal(kind, (await Assert.ThrowsAnyAsync<LayerStoreException>(action)).Kind);
}
