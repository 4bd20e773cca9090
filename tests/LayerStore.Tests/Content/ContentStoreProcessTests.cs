using LayerStore.Content;

namespace LayerStore.Tests.Content;

/// <summary>Several processes on one store, some of which die.</summary>
public sealed class ContentStoreProcessTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly OpenStore _store;

    public ContentStoreProcessTests() => _store = new OpenStore(_directory.Path);

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Processes_that_write_the_same_blob_at_once_all_succeed()
    {
        string root = _directory["new"];
        OtherProcess[] processes = [.. Enumerable.Range(0, 4).Select(i => OtherProcess.Start(["write", root, i == 3 ? "other" : "r", "3000000"]))];
        try
        {
            foreach (OtherProcess process in processes)
            {
                Assert.Equal((0, ""), await process.WaitAsync());
                Assert.Equal(Digest.Compute(Bytes(3_000_000)).ToString(), await process.ReadLineAsync());
            }
        }
        finally
        {
            Array.ForEach(processes, p => p.Dispose());
        }

        using OpenStore store = new(root);
        Assert.Equal(3_000_000, Assert.Single(await store.ListAsync()).Size);
        Assert.Empty(await store.ListIngestsAsync());
        Assert.Empty(Directory.GetFileSystemEntries(store.Layout.Ingests));
    }

    [Fact]
    public async Task An_ingest_whose_writer_was_killed_is_free_and_resumed()
    {
        byte[] bytes = Bytes(2_000_000);
        using (OtherProcess process = OtherProcess.Start(["hang", _directory.Path, "r", "2000000"]))
        {
            Assert.Equal("ready", await process.ReadLineAsync());
            Assert.True(Assert.Single(await _store.ListIngestsAsync()).IsActive);
            Assert.Equal(ErrorKind.Aborted, (await Assert.ThrowsAsync<LayerStoreException>(() => _store.Content.BeginIngestAsync("r", wait: false))).Kind);
            await process.KillAsync();
        }

        IngestStatus status = Assert.Single(await _store.ListIngestsAsync());
        Assert.Equal((false, 1_000_000L), (status.IsActive, status.Offset));
        using IngestWriter writer = await _store.Content.BeginIngestAsync("r");
        Assert.Equal(1_000_000, writer.Offset);
        writer.Write(bytes.AsSpan(1_000_000));
        await writer.CommitAsync(Digest.Compute(bytes));
        Assert.Equal(bytes, await _store.Content.ReadAllAsync(Digest.Compute(bytes), bytes.Length));
    }

    [Fact]
    public async Task Whenever_a_writer_is_killed_all_blobs_are_whole()
    {
        for (int round = 0; round < 5; round++)
        {
            using OtherProcess process = OtherProcess.Start(["stream", _directory.Path]);
            Assert.Equal("ready", await process.ReadLineAsync());
            await Task.Delay(7 * round);
            await process.KillAsync();

            List<BlobInfo> blobs = await _store.ListAsync();
            Assert.True(blobs.Count >= 3);
            foreach (BlobInfo blob in blobs)
            {
                Assert.Equal(blob.Size, (await _store.Content.ReadAllAsync(blob.Digest, int.MaxValue)).Length);
                Assert.NotNull(await _store.Content.StatAsync(blob.Digest));
            }
        }
    }

    [Fact]
    public async Task No_label_is_lost_when_processes_set_them_at_once()
    {
        Digest digest = (await _store.Content.WriteBlobAsync("r", Bytes(10))).Digest;
        OtherProcess[] processes = [.. "abc".Select(c => OtherProcess.Start(["label", _directory.Path, $"{digest}", $"{c}", "20"]))];
        try
        {
            foreach (OtherProcess process in processes)
            {
                Assert.Equal((0, ""), await process.WaitAsync());
            }
        }
        finally
        {
            Array.ForEach(processes, p => p.Dispose());
        }

        Assert.Equal(60, (await _store.Content.StatAsync(digest))!.Labels.Count);
    }

    [SkippableFact]
    public async Task A_blob_is_durable_before_its_name_and_its_name_before_its_row()
    {
        Skip.If(!File.Exists("/usr/bin/strace"), "strace is not installed");
        string trace = _directory["trace"];
        using (OtherProcess process = OtherProcess.Start(
            ["write", _directory.Path, "r", "1000"], "strace", "-f", "-y", "-o", trace, "-e", "trace=fsync,fdatasync,rename,write,pwrite64"))
        {
            Assert.Equal((0, ""), await process.WaitAsync());
        }

        string[] calls = await File.ReadAllLinesAsync(trace);
        int write = IndexOf(0, "pwrite64(", "/data>");
        int sync = IndexOf(write, "fsync(", "/data>");
        int rename = IndexOf(sync, "rename(", "/data\", ", "/blobs/sha256/");
        int syncDirectory = IndexOf(rename, "fsync(", "/blobs/sha256>");
        int row = IndexOf(syncDirectory, "write", "/metadata.db-wal>");
        IndexOf(row, "sync(", "/metadata.db-wal>");

        int IndexOf(int start, params string[] parts)
        {
            int index = Array.FindIndex(calls, start, c => parts.All(p => c.Contains(p, StringComparison.Ordinal)));
            Assert.True(index >= 0, $"no {string.Join(" … ", parts)} after line {start}");
            return index;
        }
    }

    [SkippableFact]
    public async Task When_fsync_fails_the_blob_is_not_published_and_its_bytes_are_not_resumed()
    {
        Skip.If(!File.Exists("/usr/bin/strace"), "strace is not installed");
        string data = Path.Join(_store.Layout.Ingests, Digest.Compute("r"u8).Encoded, "data");
        using (OtherProcess process = OtherProcess.Start(
            ["write", _directory.Path, "r", "1000"], "strace", "-f", "-o", "/dev/null", "-P", data, "-e", "inject=fsync:error=EIO"))
        {
            (int code, string errors) = await process.WaitAsync();
            Assert.NotEqual(0, code);
            Assert.Contains("durable: Input/output error", errors, StringComparison.Ordinal);
        }

        Assert.Empty(await _store.ListAsync());
        Assert.Empty(await _store.ListIngestsAsync());
        Assert.False(File.Exists(data));
    }

    [SkippableFact]
    public async Task When_the_fsync_of_a_name_fails_the_blob_is_gone_again()
    {
        Skip.If(!File.Exists("/usr/bin/strace"), "strace is not installed");
        using (OtherProcess process = OtherProcess.Start(
            ["write", _directory.Path, "r", "1000"], "strace", "-f", "-o", "/dev/null", "-P", _store.Layout.Blobs(DigestAlgorithm.Sha256), "-e", "inject=fsync:error=EIO"))
        {
            (int code, string errors) = await process.WaitAsync();
            Assert.NotEqual(0, code);
            Assert.Contains("durable: Input/output error", errors, StringComparison.Ordinal);
        }

        // Another fsync would succeed, and the name could be gone after a power cut all the same.
        Assert.Empty(Directory.GetFiles(_store.Layout.Blobs(DigestAlgorithm.Sha256)));
        Assert.Empty(Directory.GetDirectories(_store.Layout.Ingests));
    }

    [Fact]
    public void What_a_kill_leaves_of_an_ingest_that_is_none_is_removed_by_the_next_opening()
    {
        foreach (string name in (string[])["empty", "locked", "published", "begun"])
        {
            Directory.CreateDirectory(Path.Join(_store.Layout.Ingests, name));
        }

        File.WriteAllText(Path.Join(_store.Layout.Ingests, "locked/lock"), string.Empty);
        File.WriteAllText(Path.Join(_store.Layout.Ingests, "published/ingest.json"), "{}");
        File.WriteAllText(Path.Join(_store.Layout.Ingests, "begun/data"), "bytes");

        new OpenStore(_directory.Path).Dispose();

        Assert.Empty(Directory.GetDirectories(_store.Layout.Ingests));
    }

    private static byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
