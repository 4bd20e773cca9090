using LayerStore.Content;
using LayerStore.Oci;

namespace LayerStore.Tests.Content;

/// <summary>What the store makes of files that changed behind its back.</summary>
public sealed class ContentStoreDiskTests : IDisposable
{
    private static readonly byte[] s_bytes = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))];
    private static readonly Digest s_digest = Digest.Compute(s_bytes);
    private static readonly Descriptor s_descriptor = new("x/y", s_digest, s_bytes.Length);

    private readonly TempDirectory _directory = new();
    private readonly OpenStore _store;

    public ContentStoreDiskTests() => _store = new OpenStore(_directory.Path, sync: false);

    private string BlobPath => _store.Layout.Blob(s_digest);

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_file_without_a_row_is_a_blob_if_it_verifies()
    {
        await File.WriteAllBytesAsync(BlobPath, s_bytes);
        Assert.Equal(s_digest, Assert.Single(await _store.ListAsync()).Digest);
        Assert.Equal(s_bytes.Length, (await _store.Content.StatAsync(s_digest))!.Size);
        await _store.Content.SetLabelsAsync(s_digest, new Dictionary<string, string?> { ["a"] = "1" });
        Assert.Equal("1", Assert.Single(await _store.ListAsync()).Labels["a"]);
    }

    [Fact]
    public async Task A_row_without_a_file_is_nothing()
    {
        await WriteAsync();
        File.Delete(BlobPath);
        Assert.Null(await _store.Content.StatAsync(s_digest));
        Assert.Empty(await _store.ListAsync());
        await WriteAsync();
        Assert.Equal(s_bytes, await _store.Content.ReadAllAsync(s_digest, 5000));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4999)]
    [InlineData(5001)]
    public async Task A_file_of_another_size_is_damaged_and_the_next_import_heals_it(int size)
    {
        await WriteAsync();
        using (FileStream file = File.OpenWrite(BlobPath))
        {
            file.SetLength(size);
        }

        Assert.Null(await _store.Content.StatAsync(s_digest));
        await WriteAsync();
        Assert.Equal(s_bytes, await _store.Content.ReadAllAsync(s_digest, 5000));
    }

    [Fact]
    public async Task A_file_that_was_written_to_is_verified_before_it_counts_as_here()
    {
        await WriteAsync();
        byte[] wrong = [.. s_bytes];
        wrong[17] ^= 1;
        await File.WriteAllBytesAsync(BlobPath, wrong);
        Assert.Null(await _store.Content.StatAsync(s_digest));
        await WriteAsync();
        Assert.Equal(s_bytes, await _store.Content.ReadAllAsync(s_digest, 5000));
    }

    [Fact]
    public async Task A_copied_file_with_another_time_keeps_its_labels_and_is_verified_once()
    {
        await WriteAsync();
        await _store.Content.SetLabelsAsync(s_digest, new Dictionary<string, string?> { ["a"] = "1" });
        File.SetLastWriteTimeUtc(BlobPath, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal("1", (await _store.Content.StatAsync(s_digest))!.Labels["a"]);
        BlobFile.FlipOneBit(BlobPath);
        Assert.NotNull(await _store.Content.StatAsync(s_digest));
    }

    [Theory]
    [InlineData("mkfifo", "BLOB")]
    [InlineData("ln", "-s", "/dev/zero", "BLOB")]
    [InlineData("ln", "-s", "/etc/passwd", "BLOB")]
    [InlineData("ln", "-s", "COPY", "BLOB")]
    public async Task A_blob_that_is_no_regular_file_is_not_followed_and_is_replaced(params string[] command)
    {
        await File.WriteAllBytesAsync(_directory["copy"], s_bytes);
        string[] arguments = [.. command[1..].Select(a => a == "BLOB" ? BlobPath : a == "COPY" ? _directory["copy"] : a)];
        using (System.Diagnostics.Process process = System.Diagnostics.Process.Start(command[0], arguments))
        {
            await process.WaitForExitAsync();
            Assert.Equal(0, process.ExitCode);
        }

        Assert.Null(await _store.Content.StatAsync(s_digest));
        Assert.Empty(await _store.ListAsync());
        LayerStoreException e = await Assert.ThrowsAsync<LayerStoreException>(() => _store.Content.OpenAsync(s_digest));
        Assert.Equal(ErrorKind.DataLoss, e.Kind);
        await WriteAsync();
        Assert.Equal(s_bytes, await _store.Content.ReadAllAsync(s_digest, 5000));
        Assert.Equal(s_bytes, await File.ReadAllBytesAsync(_directory["copy"]));
    }

    [Fact]
    public async Task Foreign_files_are_neither_listed_nor_touched()
    {
        string[] foreign = ["notes.txt", "blobs/x", "blobs/sha256/README", $"blobs/sha256/{s_digest.Encoded.ToUpperInvariant()}", "ingest/x", "locks/x"];
        foreach (string name in foreign)
        {
            await File.WriteAllTextAsync(_directory[name], name);
        }

        Directory.CreateDirectory(_directory["ingest/foreign"]);
        await WriteAsync();
        Assert.Single(await _store.ListAsync());
        Assert.Empty(await _store.ListIngestsAsync());
        Assert.All(foreign, name => Assert.Equal(name, File.ReadAllText(_directory[name])));
    }

    [Theory]
    [InlineData("ingest.json", "")]
    [InlineData("ingest.json", "null")]
    [InlineData("ingest.json", "{\"reference\":")]
    [InlineData("data", null)]
    [InlineData("ingest.json", null)]
    public async Task An_ingest_that_a_crash_left_incomplete_is_begun_anew(string name, string? content)
    {
        using (IngestWriter writer = await _store.Content.BeginIngestAsync("r", s_descriptor))
        {
            writer.Write(s_bytes.AsSpan(0, 100));
        }

        string path = Path.Join(Directory.GetDirectories(_store.Layout.Ingests).Single(), name);
        File.Delete(path);
        if (content is not null)
        {
            await File.WriteAllTextAsync(path, content);
        }

        Assert.Empty(await _store.ListIngestsAsync());
        using IngestWriter again = await _store.Content.BeginIngestAsync("r", s_descriptor);
        Assert.Equal(0, again.Offset);
        again.Write(s_bytes);
        await again.CommitAsync();
        Assert.Empty(Directory.GetFileSystemEntries(_store.Layout.Ingests));
    }

    [Fact]
    public async Task A_damaged_blob_keeps_its_bytes_aside_until_it_is_replaced()
    {
        await WriteAsync();
        BlobFile.FlipOneBit(BlobPath);
        await Assert.ThrowsAsync<DigestMismatchException>(() => _store.Content.ReadAllAsync(s_digest, 5000));
        Assert.True(File.Exists(_store.Layout.DamagedBlob(s_digest)));
        await WriteAsync();
        Assert.False(File.Exists(_store.Layout.DamagedBlob(s_digest)));
    }

    private Task<BlobInfo> WriteAsync() => _store.Content.WriteBlobAsync("r", s_bytes, s_descriptor);
}
