using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Interop.Tests.BadInput;

/// <summary>A copy of one image of testdata that can be made wrong, with every digest right or not, as a test wants it.</summary>
internal sealed class EditableLayout
{
    private readonly string _directory;
    private readonly JsonNode _index;
    private readonly JsonNode _descriptor;
    private readonly JsonNode _manifest;

    public EditableLayout(string directory, string tag)
    {
        ProcessRunner.Run("cp", "-a", TestData.Layout, directory);
        _directory = directory;
        _index = JsonNode.Parse(File.ReadAllBytes(Path.Combine(directory, "index.json")))!;
        _descriptor = _index["manifests"]!.AsArray().Single(entry => (string?)entry!["annotations"]?["org.opencontainers.image.ref.name"] == tag)!;
        _manifest = JsonNode.Parse(File.ReadAllBytes(BlobOf(_descriptor)))!;
        Source = $"oci:{directory}:{tag}";
    }

    /// <summary>The image as the argument of a pull.</summary>
    public string Source { get; }

    /// <summary>The file of the manifest's blob.</summary>
    public string ManifestFile => BlobOf(_descriptor);

    /// <summary>The file of the config's blob.</summary>
    public string ConfigFile => BlobOf(_manifest["config"]!);

    /// <summary>The file of a layer's blob.</summary>
    public string LayerFile(int layer) => BlobOf(_manifest["layers"]![layer]!);

    /// <summary>Puts other bytes in a layer's place, with a descriptor that is right for them.</summary>
    public void ReplaceLayer(int layer, byte[] blob)
    {
        Put(_manifest["layers"]![layer]!, blob);
        Put(_descriptor, JsonSerializer.SerializeToUtf8Bytes(_manifest));
        SaveIndex();
    }

    /// <summary>Changes the config, with descriptors that are right for it.</summary>
    public void EditConfig(Action<JsonNode> edit)
    {
        JsonNode config = JsonNode.Parse(File.ReadAllBytes(ConfigFile))!;
        edit(config);
        Put(_manifest["config"]!, JsonSerializer.SerializeToUtf8Bytes(config));
        Put(_descriptor, JsonSerializer.SerializeToUtf8Bytes(_manifest));
        SaveIndex();
    }

    private void Put(JsonNode descriptor, byte[] blob)
    {
        descriptor["digest"] = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(blob));
        descriptor["size"] = blob.Length;
        File.WriteAllBytes(BlobOf(descriptor), blob);
    }

    private void SaveIndex() => File.WriteAllBytes(Path.Combine(_directory, "index.json"), JsonSerializer.SerializeToUtf8Bytes(_index));

    private string BlobOf(JsonNode descriptor) => Path.Combine(_directory, "blobs", ((string)descriptor["digest"]!).Replace(':', '/'));
}
