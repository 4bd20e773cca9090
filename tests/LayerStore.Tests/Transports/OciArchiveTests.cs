using System.Diagnostics;
using System.Formats.Tar;
using System.Text;
using LayerStore.Images;
using LayerStore.Oci;
using LayerStore.Tests.Oci;
using LayerStore.Tests.Tar;
using LayerStore.Transports;

namespace LayerStore.Tests.Transports;

public sealed class OciArchiveTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly TestLayout _layout = new();

    public void Dispose()
    {
        _layout.Dispose();
        _temp.Dispose();
    }

    private string Archive => _temp["a.tar"];

    private async Task<ImageView> LoadAsync(string? tag = null, string? path = null)
    {
        await using IImageSource source = ImageTransports.OpenSource(new TransportReference(TransportKind.OciArchive, path ?? Archive, tag));
        ImageView view = await ImageView.LoadAsync(source, await source.ResolveAsync());
        foreach (ImageLayer layer in view.Layers)
        {
            await using Stream stream = await source.OpenAsync(layer.Descriptor);
            await stream.CopyToAsync(Stream.Null);
        }

        return view;
    }

    private void Pack(params string[] arguments) => TarTools.Run(_layout.Path, "tar", ["cf", Archive, .. arguments]);

    private void Write(params (string Name, string Content)[] files)
    {
        using FileStream file = File.Create(Archive);
        using TarWriter writer = new(file, TarEntryFormat.Pax);
        foreach ((string name, string content) in files)
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
        }
    }

    [Theory]
    [InlineData(".")]
    [InlineData("--format=v7 .")]
    [InlineData("--format=pax blobs index.json oci-layout")]
    [InlineData("-P --transform=s,^./,/, ./blobs ./index.json ./oci-layout")]
    public async Task A_layout_in_any_tar_is_read(string arguments)
    {
        Descriptor image = _layout.Image("a layer");
        _layout.Tag(image, "v1");
        _layout.Tag(_layout.Image("b"), "v2");
        Pack(arguments.Split(' '));
        Assert.Equal(image.Digest, (await LoadAsync("v1")).Manifest.Digest);
        await Refused.AsAsync(ErrorKind.InvalidArgument, "v1, v2", () => LoadAsync());
        await Refused.AsAsync(ErrorKind.NotFound, "no image \"v3\"", () => LoadAsync("v3"));
    }

    [SkippableTheory]
    [InlineData("gzip")]
    [InlineData("bzip2")]
    [InlineData("zstd")]
    public async Task An_archive_may_be_packed_as_a_whole(string tool)
    {
        Tools.Require(tool);
        Descriptor image = _layout.Image("a layer");
        _layout.Tag(image);
        Pack(".");
        byte[] packed = ProcessRunner.Run(tool, "-c", Archive).OutputBytes;
        File.WriteAllBytes(Archive, packed);
        Assert.Equal(image.Digest, (await LoadAsync()).Manifest.Digest);
        File.WriteAllBytes(Archive, packed[..^5]);
        Assert.Equal(ErrorKind.DataLoss, (await Assert.ThrowsAnyAsync<LayerStoreException>(() => LoadAsync())).Kind);
    }

    [Fact]
    public async Task Links_to_the_archive_and_inside_of_it_are_followed()
    {
        Descriptor image = _layout.Image("a layer");
        _layout.Tag(image);
        string blob = _layout.BlobPath(_layout.Blob(MediaTypes.OciLayer, "a layer"));
        File.Move(blob, _layout.PathOf("elsewhere"));
        File.CreateSymbolicLink(blob, "../../elsewhere");
        Pack(".");
        File.CreateSymbolicLink(_temp["link"], Archive);
        Assert.Equal(image.Digest, (await LoadAsync(path: _temp["link"])).Manifest.Digest);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../../../../../../etc/passwd")]
    [InlineData("../../index.json")]
    [InlineData("SELF")]
    public async Task Links_never_lead_out_of_the_archive(string target)
    {
        _layout.Tag(_layout.Image("a layer"));
        string blob = _layout.BlobPath(_layout.Blob(MediaTypes.OciLayer, "a layer"));
        File.Delete(blob);
        File.CreateSymbolicLink(blob, target == "SELF" ? Path.GetFileName(blob) : target);
        Pack(".");
        await Assert.ThrowsAnyAsync<LayerStoreException>(() => LoadAsync());
    }

    [Fact]
    public async Task What_is_not_there_is_said()
    {
        await Refused.AsAsync(ErrorKind.NotFound, "tag=\"x\"", () => LoadAsync("x"));
        Write(("index.json", "{}"));
        await Refused.AsAsync(ErrorKind.DataLoss, "no oci-layout", () => LoadAsync());
        Write(("manifest.json", "[]"));
        LayerStoreException exception = await Refused.AsAsync(ErrorKind.DataLoss, "no oci-layout", () => LoadAsync());
        Assert.Contains("docker-archive", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_index_files_are_refused()
    {
        Write(
            ("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""),
            ("index.json", """{"schemaVersion":2,"manifests":[]}"""),
            ("./index.json", """{"schemaVersion":2,"manifests":[]}"""));
        await Refused.AsAsync(ErrorKind.DataLoss, "holds index.json more than once", () => LoadAsync());
    }

    [Fact]
    public async Task Every_truncation_is_refused()
    {
        _layout.Tag(_layout.Image("a layer"));
        Pack("oci-layout", "index.json", "blobs");
        byte[] whole = File.ReadAllBytes(Archive);
        int end = whole.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        for (int length = 0; length < end; length += 97)
        {
            File.WriteAllBytes(Archive, whole[..length]);
            LayerStoreException exception = await Assert.ThrowsAnyAsync<LayerStoreException>(() => LoadAsync());
            Assert.Equal(ErrorKind.DataLoss, exception.Kind);
        }
    }

    [Fact]
    public async Task Random_damage_is_an_error_or_does_no_harm()
    {
        _layout.Tag(_layout.Image("a layer"));
        Pack("oci-layout", "index.json", "blobs");
        byte[] whole = File.ReadAllBytes(Archive);
        Random random = new(20240506);
        for (int round = 0; round < 2000; round++)
        {
            byte[] damaged = [.. whole];
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(Archive, damaged);
            try
            {
                Assert.Equal(_layout.Image("a layer").Digest, (await LoadAsync()).Manifest.Digest);
            }
            catch (LayerStoreException exception)
            {
                Assert.True(exception.Kind is ErrorKind.DataLoss or ErrorKind.NotFound, exception.ToString());
            }
        }
    }

    /// <summary>A hole provides the bytes; below 2 GiB the reader of the base library would take them all into memory.</summary>
    [Theory]
    [InlineData('L', "17777777777", "is not a tar")]
    [InlineData('K', "17777777777", "is not a tar")]
    [InlineData('x', "17777777777", "is not a tar")]
    [InlineData('g', "17777777777", "is not a tar")]
    [InlineData('g', "10000000000", "header of")]
    [InlineData('x', "00010000000", "header of")]
    [InlineData('L', "00010000000", "header of")]
    public async Task A_header_that_claims_gigabytes_is_refused(char type, string size, string says)
    {
        byte[] header = new byte[512];
        "././@LongLink"u8.CopyTo(header);
        "0000644\00000000\00000000\0"u8.CopyTo(header.AsSpan(100));
        Encoding.ASCII.GetBytes($"{size}\00000000000\0").CopyTo(header.AsSpan(124));
        Encoding.ASCII.GetBytes($"        {type}").CopyTo(header.AsSpan(148));
        "ustar  \0"u8.CopyTo(header.AsSpan(257));
        Encoding.ASCII.GetBytes($"{Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0')}\0 ").CopyTo(header.AsSpan(148));
        using (FileStream file = File.Create(Archive))
        {
            file.Write(header);
            file.SetLength(9L << 30);
        }

        await Refused.AsAsync(ErrorKind.DataLoss, says, () => LoadAsync());
    }

    [Theory]
    [InlineData("text")]
    [InlineData("fifo")]
    [InlineData("directory")]
    public async Task What_is_no_tar_is_refused(string kind)
    {
        switch (kind)
        {
            case "text":
                File.WriteAllText(Archive, new string('x', 5000));
                break;
            case "fifo":
                await Process.Start("mkfifo", Archive).WaitForExitAsync();
                break;
            default:
                Directory.CreateDirectory(Archive);
                break;
        }

        await Refused.AsAsync(ErrorKind.DataLoss, "is not a", () => LoadAsync());
    }

    [Fact]
    public async Task The_same_image_gives_the_same_archive()
    {
        Descriptor image = _layout.Image("a");
        async Task WriteAsync(string path)
        {
            await using IImageSource source = _layout.Open();
            await using IImageSink sink = ImageTransports.OpenSink(new TransportReference(TransportKind.OciArchive, path, "v1"));
            await using Stream stream = await source.OpenAsync(image);
            await sink.WriteAsync(image, stream);
            await sink.FinishAsync(image);
        }

        File.WriteAllText(Archive, "something else");
        await WriteAsync(Archive);
        await WriteAsync(_temp["b.tar"]);
        Assert.Equal(File.ReadAllBytes(Archive), File.ReadAllBytes(_temp["b.tar"]));
        Assert.Equal(
            ["oci-layout", $"blobs/sha256/{image.Digest.Encoded}", "index.json"],
            TarTools.Run(_temp.Path, "tar", "tf", Archive).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, Directory.GetFileSystemEntries(_temp.Path).Length);
    }

    [Fact]
    public async Task An_archive_that_is_not_finished_leaves_what_was_there()
    {
        File.WriteAllText(Archive, "something else");
        Descriptor image = _layout.Image("a");
        await using (IImageSink sink = ImageTransports.OpenSink(new TransportReference(TransportKind.OciArchive, Archive, null)))
        await using (IImageSource source = _layout.Open())
        await using (Stream stream = await source.OpenAsync(image))
        {
            await sink.WriteAsync(image, stream);
        }

        Assert.Equal("something else", File.ReadAllText(Archive));
        Assert.Single(Directory.GetFileSystemEntries(_temp.Path));
    }

    [Fact]
    public async Task A_device_is_not_replaced()
    {
        await using IImageSink sink = ImageTransports.OpenSink(new TransportReference(TransportKind.OciArchive, "/dev/null", null));
        using MemoryStream stream = new("{}"u8.ToArray());
        await Refused.AsAsync(
            ErrorKind.FailedPrecondition, "not a regular file", () => sink.WriteAsync(new Descriptor("x/y", Digest.Compute("{}"u8), 2), stream));
    }
}
