using System.Text;
using LayerStore.Tests.Tar;

namespace Interop.Tests.Hostile;

/// <summary>Indexes, manifests and configs that are wrong, too large, or two things at once.</summary>
internal static class Documents
{
    private const string IndexType = "application/vnd.oci.image.index.v1+json";
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    private static readonly string s_hash = new('a', 64);

    public static IReadOnlyList<HostileCase> All { get; } = [.. Manifests(), .. Digests(), .. Configs(), .. Indexes(), .. Nested()];

    private static IEnumerable<HostileCase> Manifests()
    {
        yield return Manifest("layers and manifests", json => Add(json, "\"manifests\":[]"));
        yield return Manifest("layers twice", json => Add(json, "\"layers\":[]"));
        yield return Manifest("layers in another case", json => Add(json, "\"Layers\":[]"));
        yield return Manifest("layers with a letter that folds", json => Add(json, "\"layer\u017f\":[]"));
        yield return Manifest("layers twice, once with an escape", json => Add(json, "\"\\u006cayers\":[]"));
        yield return Manifest("config twice", json => Add(json, "\"config\":{}"));
        yield return Manifest("an annotation twice", json => Add(json, "\"annotations\":{\"a\":\"1\",\"a\":\"2\"}"));
        yield return Manifest("the type of an index", json => json.Replace($"\"mediaType\":\"{ManifestType}\"", $"\"mediaType\":\"{IndexType}\"", StringComparison.Ordinal));
        yield return Manifest("schema version 1", json => json.Replace("\"schemaVersion\":2", "\"schemaVersion\":1", StringComparison.Ordinal));
        yield return Manifest("a comment", json => json.Insert(1, "/* */"));
        yield return Manifest("a comma at the end", json => json.Insert(json.Length - 1, ","));
        yield return Manifest("something behind it", json => json + "{}");
        yield return Manifest("half a character", json => Add(json, "\"annotations\":{\"a\":\"\\ud800\"}"));
        yield return Manifest("a byte order mark", json => "\ufeff" + json);
        yield return Manifest("100 levels of nesting", json => Add(json, $"\"x\":{new string('[', 100)}{new string(']', 100)}"), "MaxDocumentDepth", "--max-json-depth");
        yield return Manifest("100,000 levels of nesting", json => Add(json, $"\"x\":{new string('[', 100_000)}{new string(']', 100_000)}"), "MaxDocumentDepth", "--max-json-depth");
        yield return Manifest("5 MiB of text", json => Add(json, $"\"x\":\"{new string('x', 5 << 20)}\""), "MaxDocumentBytes", "--max-json-size");
        yield return Manifest("no config", json => json.Replace("\"config\"", "\"konfig\"", StringComparison.Ordinal));
        yield return Manifest("a layer that is null", json => json.Replace("\"layers\":[", "\"layers\":[null,", StringComparison.Ordinal));
        yield return Manifest("layers that are an object", json => json[..json.IndexOf("\"layers\":", StringComparison.Ordinal)] + "\"layers\":{}}");
    }

    private static IEnumerable<HostileCase> Digests()
    {
        foreach ((string what, string digest) in new[]
        {
            ("in upper case", "sha256:" + s_hash.ToUpperInvariant()), ("with a path", "sha256:../../../../../../etc/passwd"), ("with a path of the right length", "sha256:" + "../../".PadRight(64, 'a')),
            ("that is too short", "sha256:abc"), ("that is too long", "sha256:" + s_hash + "a"), ("of md5", "md5:" + new string('a', 32)), ("of no algorithm", s_hash),
            ("with an algorithm in upper case", "SHA256:" + s_hash), ("with an algorithm that is a path", "../sha256:" + s_hash), ("with a space", "sha256: " + s_hash[1..]),
            ("with a newline", "sha256:" + s_hash + "\\n"), ("with a NUL", "sha256:" + s_hash[1..] + "\\u0000"), ("with digits of another script", "sha256:" + s_hash[1..] + "\uff11"),
            ("of two algorithms", "sha256+b64:" + s_hash), ("that is empty", ""),
        })
        {
            yield return new($"a layer's digest {what}", Outcome.Refused, image => image.Edited(manifest: json => ReplaceDigest(json, "\"layers\":[", digest)));
            yield return new($"a diffID {what}", Outcome.Refused, image => image.Edited(config: json => json[..json.IndexOf("sha256:", StringComparison.Ordinal)] + digest + json[(json.LastIndexOf('"', json.Length - 4))..]));
        }

        yield return new("a manifest's digest with a path", Outcome.Refused, image => image.Edited(index: json => ReplaceDigest(json, "\"manifests\":[", "sha256:../../../../etc/passwd")));
        yield return new("a config's digest of another blob", Outcome.Refused, image => image.Edited(manifest: json => ReplaceDigest(json, "\"config\":", "sha256:" + s_hash)));
        foreach ((string what, string size) in new[] { ("negative", "-1"), ("of 2^63", "9223372036854775808"), ("as a fraction", "5.0"), ("with an exponent", "1e3"), ("as text", "\"5\""), ("of none", "null"), ("too small", "3"), ("too large", "5000") })
        {
            yield return new($"a layer's size {what}", Outcome.Refused, image => image.Edited(manifest: json =>
                json[..(json.LastIndexOf("\"size\":", StringComparison.Ordinal) + 7)] + size + "}]}"));
        }
    }

    private static IEnumerable<HostileCase> Configs()
    {
        yield return Config("rootfs twice", json => Add(json, "\"rootfs\":{}"));
        yield return Config("rootfs in another case", json => Add(json, "\"RootFS\":{}"));
        yield return Config("diff_ids in another case", json => json.Replace("\"diff_ids\"", "\"Diff_Ids\"", StringComparison.Ordinal));
        yield return Config("another type of rootfs", json => json.Replace("\"type\":\"layers\"", "\"type\":\"dirs\"", StringComparison.Ordinal));
        yield return Config("no diffIDs", json => json[..json.IndexOf("\"diff_ids\":", StringComparison.Ordinal)] + "\"diff_ids\":[]}}");
        yield return Config("one diffID too many", json => json.Replace("\"diff_ids\":[", $"\"diff_ids\":[\"sha256:{s_hash}\",", StringComparison.Ordinal));
        yield return Config("a number where a list is", json => Add(json, "\"config\":{\"Env\":7}"));
        yield return Config("an array for all of it", _ => "[]");
        yield return Config("nothing", _ => "");
        yield return Config("5 MiB", json => Add(json, $"\"x\":\"{new string('x', 5 << 20)}\""), "MaxDocumentBytes", "--max-json-size");
        yield return Config("70 levels of nesting", json => Add(json, $"\"x\":{new string('[', 70)}{new string(']', 70)}"), "MaxDocumentDepth", "--max-json-depth");
    }

    private static IEnumerable<HostileCase> Indexes()
    {
        yield return new("an index that is also a manifest", Outcome.Refused, image => image.Edited(index: json => Add(json, "\"layers\":[]")));
        yield return new("manifests twice", Outcome.Refused, image => image.Edited(index: json => Add(json, "\"manifests\":[]")));
        yield return new("manifests in another case", Outcome.Refused, image => image.Edited(index: json => Add(json, "\"Manifests\":[]")));
        yield return new("embedded data that are others", Outcome.Refused, image => image.Edited(index: json => json.Replace("\"annotations\"", "\"data\":\"e30=\",\"annotations\"", StringComparison.Ordinal)));
        yield return new("an index announced as a manifest", Outcome.Refused, image => image.Index(HostileImage.IndexOf(
            image.Blob(ManifestType, "{\"schemaVersion\":2,\"manifests\":[]}", HostileImage.Named))));
        yield return new("a manifest announced as an index", Outcome.Refused, image => image.Index(HostileImage.IndexOf(
            image.Blob(IndexType, "{\"schemaVersion\":2,\"config\":{},\"layers\":[]}", HostileImage.Named))));
        yield return new("an image of Docker's schema 1", Outcome.Refused, image => image.Index(HostileImage.IndexOf(
            image.Blob("application/vnd.docker.distribution.manifest.v1+prettyjws", "{\"schemaVersion\":1,\"fsLayers\":[]}", HostileImage.Named))));
        yield return new("something that is no image", Outcome.Refused, image => image.Index(HostileImage.IndexOf(image.Blob("text/plain", "x", HostileImage.Named))));
        yield return new("an index.json that is not JSON", Outcome.Refused, image => image.Index("\0\u0001\u0002"));
        yield return new("an index.json of 5 MiB", Outcome.Refused, image => image.Index(new string(' ', 5 << 20) + "{}")) { Says = ["MaxDocumentBytes"] };
        yield return new("an unknown version of the layout", Outcome.Refused, image =>
        {
            image.Edited();
            File.WriteAllText(Path.Combine(image.Layout, "oci-layout"), """{"imageLayoutVersion":"2.0.0"}""");
        });
        yield return new("a marker of the layout with the version twice", Outcome.Refused, image =>
        {
            image.Edited();
            File.WriteAllText(Path.Combine(image.Layout, "oci-layout"), """{"imageLayoutVersion":"1.0.0","imageLayoutVersion":"2.0.0"}""");
        });
    }

    private static IEnumerable<HostileCase> Nested()
    {
        yield return new("4,000 indexes in each other", Outcome.Refused, image =>
        {
            string inner = image.Blob(ManifestType, "{}");
            for (int i = 0; i < 4000; i++)
            {
                inner = image.Blob(IndexType, $"{{\"schemaVersion\":2,\"manifests\":[{inner}]}}", HostileImage.Named);
            }

            image.Index(HostileImage.IndexOf(inner));
        })
        { Says = ["MaxIndexDepth", "--max-index-depth"] };
        yield return new("40^7 ways through indexes", Outcome.Refused, image =>
        {
            string inner = image.Blob(IndexType, "{\"schemaVersion\":2,\"manifests\":[]}");
            for (int level = 0; level < 7; level++)
            {
                string[] forty = [.. Enumerable.Range(0, 40).Select(i => image.Blob(IndexType, $"{{\"schemaVersion\":2,\"manifests\":[{inner}],\"annotations\":{{\"i\":\"{level}.{i}\"}}}}"))];
                inner = string.Join(',', forty);
            }

            image.Index(HostileImage.IndexOf(image.Blob(IndexType, $"{{\"schemaVersion\":2,\"manifests\":[{inner}]}}", HostileImage.Named)));
        });
        yield return new("1,000 manifests to look into", Outcome.Refused, image =>
        {
            string config = image.Blob("application/vnd.oci.image.config.v1+json", "{}");
            IEnumerable<string> many = Enumerable.Range(0, 1000).Select(i => image.Blob(
                ManifestType, $"{{\"schemaVersion\":2,\"config\":{config},\"layers\":[],\"annotations\":{{\"i\":\"{i}\"}}}}"));
            image.Index(HostileImage.IndexOf(image.Blob(IndexType, $"{{\"schemaVersion\":2,\"manifests\":[{string.Join(',', many)}]}}", HostileImage.Named)));
        });
        yield return new("one blob with two sizes", Outcome.Refused, image =>
        {
            byte[] tar = new RawTar().File("f", "x").End().ToArray();
            string config = $$$"""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["{{{HostileImage.DigestOf(tar)}}}","{{{HostileImage.DigestOf(tar)}}}"]}}""";
            string layer = image.Blob("application/vnd.oci.image.layer.v1.tar", tar);
            string other = layer.Replace($"\"size\":{tar.Length}", $"\"size\":{tar.Length + 1}", StringComparison.Ordinal);
            string manifest = $$"""{"schemaVersion":2,"config":{{image.Blob("application/vnd.oci.image.config.v1+json", config)}},"layers":[{{layer}},{{other}}]}""";
            image.Index(HostileImage.IndexOf(image.Blob(ManifestType, manifest, HostileImage.Named)));
        });
    }

    /// <summary>An object with one more key, at its end.</summary>
    private static string Add(string json, string more) => $"{json[..^1]},{more}}}";

    private static string ReplaceDigest(string json, string after, string digest)
    {
        int start = json.IndexOf("sha256:", json.IndexOf(after, StringComparison.Ordinal), StringComparison.Ordinal);
        return new StringBuilder(json).Remove(start, "sha256:".Length + 64).Insert(start, digest).ToString();
    }

    private static HostileCase Manifest(string name, Func<string, string> edit, params string[] says) =>
        new($"a manifest with {name}", Outcome.Refused, image => image.Edited(manifest: edit)) { Says = says };

    private static HostileCase Config(string name, Func<string, string> edit, params string[] says) =>
        new($"a config with {name}", Outcome.Refused, image => image.Edited(config: edit)) { Says = says };
}
