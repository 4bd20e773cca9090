using System.Text;
using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Metadata;
using LayerStore.Oci;

namespace LayerStore.Tests.Images;

public sealed class KnownDocumentsTests : IDisposable
{
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar";
    private static readonly Digest s_diffId = Digest.Parse("sha256:" + new string('d', 64));

    private readonly TempDirectory _directory = new();
    private readonly StoreLayout _layout;
    private readonly SqliteDatabase _database;
    private readonly ContentStore _content;

    public KnownDocumentsTests()
    {
        _layout = StoreLayout.OpenOrCreate(_directory.Path, XattrNamespace.Trusted);
        _database = MetadataDatabase.Open(_layout);
        _content = new ContentStore(_layout, _database);
    }

    public void Dispose()
    {
        _database.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task An_image_that_was_read_once_is_known_to_the_next_process_without_its_documents()
    {
        Descriptor manifest = await AddImageAsync("""{"os":"linux","architecture":"arm64","variant":"v8","rootfs":{"type":"layers","diff_ids":["DIFFID"]}}""");
        DocumentSummary read = await ReadAndSaveAsync(documents => documents.ReadManifestAsync(manifest));
        Assert.Equal([MediaTypes.OciConfig, LayerType], read.Names.Select(name => name.MediaType));
        Assert.Equal([s_diffId], read.DiffIds);
        Assert.Equal(new Platform("linux", "arm64", "v8"), read.Platform);

        File.Delete(_layout.Blob(manifest.Digest));
        File.Delete(_layout.Blob(read.Names[0].Digest));
        DocumentSummary known = await new KnownDocuments(_database, _content).ReadManifestAsync(manifest);
        Assert.Equal(read.Names, known.Names);
        Assert.Equal(read.DiffIds, known.DiffIds);
        Assert.Equal(read.Platform, known.Platform);
    }

    [Fact]
    public async Task An_artifact_has_no_diffIds_and_an_image_without_layers_has_none_of_them()
    {
        Descriptor artifact = await AddAsync(MediaTypes.OciManifest, $$"""{"schemaVersion":2,"artifactType":"application/example","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{{s_diffId}}","size":2},"layers":[]}""");
        Descriptor config = await AddAsync(MediaTypes.OciConfig, """{"rootfs":{"type":"layers","diff_ids":[]}}""");
        Descriptor empty = await AddAsync(MediaTypes.OciManifest, Manifest(config, ""));
        await ReadAndSaveAsync(documents => documents.ReadManifestAsync(artifact));
        await ReadAndSaveAsync(documents => documents.ReadManifestAsync(empty));
        KnownDocuments known = new(_database, _content);
        Assert.Null(known.Find(artifact.Digest, isIndex: false)!.DiffIds);
        Assert.Equal([], known.Find(empty.Digest, isIndex: false)!.DiffIds!);
        Assert.Null(known.Find(empty.Digest, isIndex: false)!.Platform);
    }

    [Fact]
    public async Task A_document_is_known_as_what_it_was_read()
    {
        Descriptor index = await AddAsync(MediaTypes.OciIndex, $$"""{"schemaVersion":2,"manifests":[{"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{s_diffId}}","size":7}]}""");
        DocumentSummary read = await ReadAndSaveAsync(documents => documents.ReadIndexAsync(index));
        KnownDocuments known = new(_database, _content);
        Assert.Equal([new Descriptor(MediaTypes.OciManifest, s_diffId, 7)], known.Find(index.Digest, isIndex: true)!.Names);
        Assert.Equal(read.Names, known.Find(index.Digest, isIndex: true)!.Names);
        Assert.Null(known.Find(index.Digest, isIndex: false));
    }

    [Fact]
    public async Task What_is_not_here_whole_is_not_known()
    {
        Descriptor manifest = await AddImageAsync("""{"rootfs":{"type":"layers","diff_ids":["DIFFID"]}}""");
        Digest config = ImageManifest.Parse(await File.ReadAllBytesAsync(_layout.Blob(manifest.Digest))).Config.Digest;
        File.Delete(_layout.Blob(config));
        KnownDocuments documents = new(_database, _content);
        LayerStoreException error = await Assert.ThrowsAsync<LayerStoreException>(() => documents.ReadManifestAsync(manifest));
        Assert.Contains(error.Kind, (ErrorKind[])[ErrorKind.DataLoss, ErrorKind.NotFound]);
        documents.Save();
        Assert.Null(documents.Find(manifest.Digest, isIndex: false));
    }

    [Fact]
    public async Task A_document_is_forgotten_with_its_blob()
    {
        Descriptor manifest = await AddImageAsync("""{"rootfs":{"type":"layers","diff_ids":["DIFFID"]}}""");
        await ReadAndSaveAsync(documents => documents.ReadManifestAsync(manifest));
        await _content.DiscardAsync([manifest.Digest]);
        Assert.Null(new KnownDocuments(_database, _content).Find(manifest.Digest, isIndex: false));
        Assert.Equal(0, _database.Read(session => session.Scalar("SELECT count(*) FROM document_names")));
    }

    [Theory]
    [InlineData("UPDATE document_names SET digest = 'sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee' WHERE position = 1")]
    [InlineData("UPDATE document_names SET digest = 'sha256:x', diff_id = 'sha256:y' WHERE position = 1")]
    [InlineData("UPDATE document_names SET size = 8 WHERE position = 1")]
    [InlineData("UPDATE document_names SET diff_id = NULL WHERE position = 1")]
    [InlineData("DELETE FROM document_names WHERE position = 1")]
    public async Task A_record_that_was_changed_is_not_believed_and_read_again(string damage)
    {
        Descriptor manifest = await AddImageAsync("""{"rootfs":{"type":"layers","diff_ids":["DIFFID"]}}""");
        DocumentSummary read = await ReadAndSaveAsync(documents => documents.ReadManifestAsync(manifest));
        _database.Write(session => session.Execute(damage));
        Assert.Null(new KnownDocuments(_database, _content).Find(manifest.Digest, isIndex: false));
        Assert.Equal(read.Names, (await ReadAndSaveAsync(documents => documents.ReadManifestAsync(manifest))).Names);
        Assert.Equal(read.Names, new KnownDocuments(_database, _content).Find(manifest.Digest, isIndex: false)!.Names);
    }

    [Fact]
    public async Task Two_processes_may_keep_the_same_document()
    {
        Descriptor manifest = await AddImageAsync("""{"rootfs":{"type":"layers","diff_ids":["DIFFID"]}}""");
        KnownDocuments first = new(_database, _content);
        KnownDocuments second = new(_database, _content);
        await first.ReadManifestAsync(manifest);
        await second.ReadManifestAsync(manifest);
        first.Save();
        second.Save();
        Assert.Equal(2, first.Find(manifest.Digest, isIndex: false)!.Names.Count);
    }

    [Fact]
    public async Task A_read_only_store_keeps_nothing()
    {
        Descriptor manifest = await AddImageAsync("""{"rootfs":{"type":"layers","diff_ids":["DIFFID"]}}""");
        using SqliteDatabase readOnly = SqliteDatabase.Open(_layout.MetadataDatabase, [.. Enumerable.Repeat("", 3)], readOnly: true);
        KnownDocuments documents = new(readOnly, _content);
        Assert.Equal(2, (await documents.ReadManifestAsync(manifest)).Names.Count);
        documents.Save();
        Assert.Null(documents.Find(manifest.Digest, isIndex: false));
    }

    private async Task<DocumentSummary> ReadAndSaveAsync(Func<KnownDocuments, Task<DocumentSummary>> read)
    {
        KnownDocuments documents = new(_database, _content);
        DocumentSummary summary = await read(documents);
        documents.Save();
        return summary;
    }

    private async Task<Descriptor> AddImageAsync(string config) =>
        await AddAsync(
            MediaTypes.OciManifest,
            Manifest(
                await AddAsync(MediaTypes.OciConfig, config.Replace("DIFFID", s_diffId.ToString(), StringComparison.Ordinal)),
                $$"""{"mediaType":"{{LayerType}}","digest":"{{s_diffId}}","size":7}"""));

    private static string Manifest(Descriptor config, string layers) =>
        $$"""{"schemaVersion":2,"config":{"mediaType":"{{config.MediaType}}","digest":"{{config.Digest}}","size":{{config.Size}}},"layers":[{{layers}}]}""";

    private async Task<Descriptor> AddAsync(string type, string json)
    {
        BlobInfo blob = await _content.WriteBlobAsync("test", Encoding.UTF8.GetBytes(json));
        return new Descriptor(type, blob.Digest, blob.Size);
    }
}
