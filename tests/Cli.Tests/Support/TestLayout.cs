using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Cli.Tests.Support;

/// <summary>A small OCI layout, made by hand so that anything about it can be wrong.</summary>
internal sealed class TestLayout
{
    private readonly string _directory;
    private readonly JsonArray _manifests = [];

    public TestLayout(string directory)
    {
        _directory = directory;
        Directory.CreateDirectory(Path.Combine(directory, "blobs/sha256"));
        File.WriteAllText(Path.Combine(directory, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
    }

    public string Source(string tag) => $"oci:{_directory}:{tag}";

    /// <summary>A tar of one file, mode 0644.</summary>
    public static byte[] Tar(string name, string text, int userId = 0, int groupId = 0)
    {
        using MemoryStream tar = new();
        using (TarWriter writer = new(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
                Uid = userId,
                Gid = groupId,
            });
        }

        return tar.ToArray();
    }

    public static byte[] Gzip(byte[] data)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
        {
            gzip.Write(data);
        }

        return packed.ToArray();
    }

    public static string DigestOf(byte[] data) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(data));

    public string PathOf(string digest) => Path.Combine(_directory, "blobs", digest.Replace(':', '/'));

    /// <summary>Adds an image.</summary>
    /// <param name="tag">Its ref name.</param>
    /// <param name="tar">Its one layer's tar.</param>
    /// <param name="blob">The layer's blob; the tar under gzip if null.</param>
    /// <param name="diffId">The layer's diffID; that of the tar if null.</param>
    /// <param name="platform">Its platform, in the index and the config.</param>
    /// <returns>The digest of the layer's blob.</returns>
    public string AddImage(string tag, byte[] tar, byte[]? blob = null, string? diffId = null, string platform = "linux/amd64")
    {
        blob ??= Gzip(tar);
        string[] parts = platform.Split('/');
        JsonObject config = new()
        {
            ["os"] = parts[0],
            ["architecture"] = parts[1],
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(diffId ?? DigestOf(tar)) },
        };
        JsonObject manifest = new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["config"] = AddBlob("application/vnd.oci.image.config.v1+json", Encoding.UTF8.GetBytes(config.ToJsonString())),
            ["layers"] = new JsonArray(AddBlob("application/vnd.oci.image.layer.v1.tar+gzip", blob)),
        };
        JsonObject descriptor = AddBlob("application/vnd.oci.image.manifest.v1+json", Encoding.UTF8.GetBytes(manifest.ToJsonString()));
        descriptor["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = tag };
        descriptor["platform"] = new JsonObject { ["os"] = parts[0], ["architecture"] = parts[1] };
        _manifests.Add(descriptor);
        JsonObject index = new() { ["schemaVersion"] = 2, ["manifests"] = _manifests.DeepClone() };
        File.WriteAllText(Path.Combine(_directory, "index.json"), index.ToJsonString());
        return DigestOf(blob);
    }

    private JsonObject AddBlob(string mediaType, byte[] data)
    {
        string digest = DigestOf(data);
        File.WriteAllBytes(PathOf(digest), data);
        return new JsonObject { ["mediaType"] = mediaType, ["digest"] = digest, ["size"] = data.Length };
    }
}
