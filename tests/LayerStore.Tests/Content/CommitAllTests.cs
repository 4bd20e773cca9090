using LayerStore.Content;
using LayerStore.Oci;

namespace LayerStore.Tests.Content;

/// <summary>Several ingests that become blobs with one wait for the disk.</summary>
public sealed class CommitAllTests : IDisposable
{
    private static readonly byte[] s_first = "first"u8.ToArray();
    private static readonly byte[] s_second = "second"u8.ToArray();

    private readonly TempDirectory _directory = new();
    private readonly OpenStore _store;

    public CommitAllTests() => _store = new OpenStore(_directory["store"]);

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task All_become_blobs_with_their_labels_and_those_that_are_here_stay()
    {
        await _store.Content.WriteBlobAsync("earlier", s_second, labels: new Dictionary<string, string> { ["a"] = "1" });
        IReadOnlyList<BlobInfo> blobs = await _store.Content.CommitAllAsync([
            new FinishedIngest(await WriterAsync("r1", s_first)),
            new FinishedIngest(await WriterAsync("r2", s_second), new Dictionary<string, string> { ["b"] = "2" }),
        ]);

        Assert.Equal([Digest.Compute(s_first), Digest.Compute(s_second)], blobs.Select(blob => blob.Digest));
        Assert.Equal(new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }, (await _store.Content.StatAsync(blobs[1].Digest))!.Labels);
        Assert.Equal(s_first, await _store.Content.ReadAllAsync(blobs[0].Digest, 100));
        Assert.Equal(2, (await _store.ListAsync()).Count);
        Assert.Empty(Directory.GetFileSystemEntries(_store.Layout.Ingests));
    }

    [Fact]
    public async Task The_rows_are_there_for_other_processes_and_after_the_store_is_opened_again()
    {
        IReadOnlyList<BlobInfo> blobs = await _store.Content.CommitAllAsync([new FinishedIngest(await WriterAsync("r", s_first), new Dictionary<string, string> { ["k"] = "v" })]);
        using OpenStore other = new(_directory["store"]);
        Assert.Equal("v", (await other.Content.StatAsync(blobs[0].Digest))!.Labels["k"]);
        _store.Dispose();
        other.Dispose();
        using OpenStore again = new(_directory["store"]);
        Assert.Equal(blobs[0].CreatedAt, (await again.Content.StatAsync(blobs[0].Digest))!.CreatedAt);
    }

    [Fact]
    public async Task One_whose_bytes_are_wrong_keeps_all_from_being_published_and_can_be_mended()
    {
        IngestWriter right = await WriterAsync("right", s_first);
        IngestWriter wrong = await _store.Content.BeginIngestAsync("wrong", new Descriptor("x/y", Digest.Compute(s_second), s_second.Length));
        wrong.Write("secund"u8);
        await Assert.ThrowsAsync<DigestMismatchException>(() => _store.Content.CommitAllAsync([new FinishedIngest(right), new FinishedIngest(wrong)]));
        Assert.Empty(await _store.ListAsync());

        wrong.Restart();
        wrong.Write(s_second);
        await _store.Content.CommitAllAsync([new FinishedIngest(right), new FinishedIngest(wrong)]);
        Assert.Equal(2, (await _store.ListAsync()).Count);
    }

    [Fact]
    public async Task An_ingest_of_another_store_is_refused()
    {
        using OpenStore other = new(_directory["other"]);
        await using IngestWriter writer = await other.Content.BeginIngestAsync("r");
        await Assert.ThrowsAsync<ArgumentException>(() => _store.Content.CommitAllAsync([new FinishedIngest(writer)]));
        await writer.CommitAsync();
        Assert.Single(await other.ListAsync());
    }

    [SkippableFact]
    public async Task All_bytes_are_on_the_disk_before_the_first_name_and_all_names_before_the_rows()
    {
        Skip.If(!File.Exists("/usr/bin/strace"), "strace is not installed");
        string trace = _directory["trace"];
        using (OtherProcess process = OtherProcess.Start(
            ["write-all", _directory["store"], "1000", "2000", "3000"],
            "strace", "-f", "-y", "-o", trace, "-e", "trace=fsync,fdatasync,syncfs,rename,write,pwrite64"))
        {
            Assert.Equal((0, ""), await process.WaitAsync());
        }

        List<string> kinds = [];
        foreach (string kind in (await File.ReadAllLinesAsync(trace)).Select(Kind).OfType<string>().SkipWhile(kind => kind == "row"))
        {
            if (kind != "row" || kinds[^1] != "row")
            {
                kinds.Add(kind);
            }
        }

        Assert.Equal(["bytes", "bytes", "bytes", "syncfs", "name", "name", "name", "sync of names", "row"], kinds);

        static string? Kind(string call)
        {
            return Is("pwrite64(", "/data>") ? "bytes"
                : Is("syncfs(", "") ? "syncfs"
                : Is("rename(", "/blobs/sha256/") ? "name"
                : Is("fsync(", "/blobs/sha256>") ? "sync of names"
                : Is("fsync(", "/data>") ? "a sync too many"
                : Is("write", "/metadata.db-wal>") ? "row"
                : null;

            bool Is(string name, string what) => call.Contains(name, StringComparison.Ordinal) && call.Contains(what, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task When_the_disk_fails_none_is_published_and_no_bytes_are_resumed()
    {
        Skip.If(!File.Exists("/usr/bin/strace"), "strace is not installed");
        using (OtherProcess process = OtherProcess.Start(
            ["write-all", _directory["store"], "1000", "2000"], "strace", "-f", "-o", "/dev/null", "-e", "inject=syncfs:error=EIO"))
        {
            (int code, string errors) = await process.WaitAsync();
            Assert.NotEqual(0, code);
            Assert.Contains("durable: Input/output error", errors, StringComparison.Ordinal);
        }

        Assert.Empty(await _store.ListAsync());
        Assert.Empty(Directory.GetDirectories(_store.Layout.Ingests));
    }

    private async Task<IngestWriter> WriterAsync(string reference, byte[] bytes)
    {
        IngestWriter writer = await _store.Content.BeginIngestAsync(reference);
        writer.Write(bytes);
        return writer;
    }
}
