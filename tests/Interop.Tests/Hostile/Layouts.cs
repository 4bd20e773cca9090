using System.Text;
using LayerStore.Tests.Tar;
using static LayerStore.Tests.Tar.RawTar;

namespace Interop.Tests.Hostile;

/// <summary>Layouts whose files are not what they should be, and archives of images that lead elsewhere.</summary>
internal static class Layouts
{
    private static readonly byte[] s_layer = new RawTar().File("hello", "world").End().ToArray();

    public static IReadOnlyList<HostileCase> All { get; } = [.. Files(), .. DockerArchives(), .. OciArchives(), .. TwoSizes()];

    private static IEnumerable<HostileCase> Files()
    {
        foreach (string file in new[] { "oci-layout", "index.json", "LAYER" })
        {
            yield return Instead(file, "a FIFO", (path, _) => ProcessRunner.Run("mkfifo", path));
            yield return Instead(file, "a link to the canary", (path, canary) => File.CreateSymbolicLink(path, canary + "/file"));
            yield return Instead(file, "a link to itself", (path, _) => File.CreateSymbolicLink(path, path));
            yield return Instead(file, "a link to an endless device", (path, _) => File.CreateSymbolicLink(path, "/dev/zero"));
            yield return Instead(file, "an endless device", (path, _) => ProcessRunner.Run("mknod", path, "c", "1", "5"));
            yield return Instead(file, "a directory", (path, _) => Directory.CreateDirectory(path));
            yield return Instead(file, "a socket", (path, _) => ProcessRunner.Run("python3", "-c", "import socket, sys, os; os.chdir(os.path.dirname(sys.argv[1])); socket.socket(socket.AF_UNIX).bind(os.path.basename(sys.argv[1]))", path));
            yield return Instead(file, "nothing", (_, _) => { });
        }

        yield return Instead("LAYER", "a link to a good blob", (path, _) =>
        {
            File.WriteAllBytes(path + ".good", s_layer);
            File.CreateSymbolicLink(path, path + ".good");
        });
        yield return Instead("LAYER", "a file with a byte less", (path, _) => File.WriteAllBytes(path, s_layer[..^1]));
        yield return Instead("LAYER", "a file with a byte more", (path, _) => File.WriteAllBytes(path, [.. s_layer, 0]));
        yield return Instead("LAYER", "a sparse file of 1 TiB", (path, _) => ProcessRunner.Run("truncate", "-s", "1T", path));
        yield return Instead("LAYER", "other bytes of the same length", (path, _) => File.WriteAllBytes(path, s_layer.Select(b => (byte)(b ^ 1)).ToArray()));
        yield return Moved("blobs");
        yield return Moved("blobs/sha256");
    }

    /// <summary>An image whose file is something else.</summary>
    private static HostileCase Instead(string file, string what, Action<string, string> make) => new($"{file} is {what}", Outcome.Refused, image =>
    {
        image.Layers(s_layer);
        string path = file == "LAYER" ? image.BlobPath(HostileImage.DigestOf(s_layer)) : Path.Combine(image.Layout, file);
        File.Delete(path);
        make(path, image.Canary);
    });

    /// <summary>An image whose directory of blobs is a link out of the layout.</summary>
    private static HostileCase Moved(string directory) => new($"{directory} is a link out of the layout", Outcome.Refused, image =>
    {
        image.Layers(s_layer);
        string outside = Path.Combine(image.Directory, "outside");
        Directory.Move(Path.Combine(image.Layout, directory), outside);
        File.CreateSymbolicLink(Path.Combine(image.Layout, directory), outside);
    });

    private static string Config(params byte[][] layers) =>
        $$$"""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[{{{string.Join(',', layers.Select(layer => $"\"{HostileImage.DigestOf(layer)}\""))}}}]}}""";

    private static IEnumerable<HostileCase> DockerArchives()
    {
        yield return Docker("a config up the tree", """[{"Config":"../../../../../../etc/passwd","Layers":["l"]}]""");
        yield return new("a docker-archive with an absolute config", Outcome.Refused, image => Write(image, "docker-archive", Parts($$"""[{"Config":"{{image.Canary}}/file","Layers":["l"]}]""")));
        yield return new("a docker-archive with an absolute layer", Outcome.Refused, image => Write(image, "docker-archive", Parts($$"""[{"Config":"c","Layers":["{{image.Canary}}/file"]}]""")));
        yield return Docker("a layer up the tree", """[{"Config":"c","Layers":["../../../../../../etc/passwd"]}]""");
        yield return Docker("a layer that is missing", """[{"Config":"c","Layers":["none"]}]""");
        yield return Docker("two layers for one diffID", """[{"Config":"c","Layers":["l","l"]}]""");
        yield return Docker("no layers", """[{"Config":"c","Layers":null}]""");
        yield return Docker("no config", """[{"Layers":["l"]}]""");
        yield return Docker("Layers twice", """[{"Config":"c","Layers":["l"],"Layers":[]}]""");
        yield return Docker("layers in another case", """[{"Config":"c","Layers":["l"],"layers":[]}]""");
        yield return Docker("a config of another digest", $$"""[{"Config":"{{new string('a', 64)}}.json","Layers":["l"]}]""", tar => tar.File($"{new string('a', 64)}.json", Config(s_layer)));
        yield return Docker("an object for all of it", """{"Config":"c","Layers":["l"]}""");
        yield return Docker("null for an image", "[null]");
        yield return Docker("a manifest of 5 MiB", $$"""[{"Config":"c","Layers":["l"],"x":"{{new string('x', 5 << 20)}}"}]""");
        yield return Docker("100 levels of nesting", $$"""[{"Config":"c","Layers":["l"],"x":{{new string('[', 100)}}{{new string(']', 100)}}}]""");
        yield return Docker("a second manifest", """[{"Config":"c","Layers":["l"]}]""", tar => tar.File("manifest.json", "[]"));
        yield return Docker("a second config", """[{"Config":"c","Layers":["l"]}]""", tar => tar.File("./c", Config(s_layer)));
        yield return Docker("a layer that is a link up the tree", """[{"Config":"c","Layers":["k"]}]""", tar => tar.Add(Header("k", '2', link: "../../../../etc/passwd")));
        yield return Docker("a layer that is a link to itself", """[{"Config":"c","Layers":["k"]}]""", tar => tar.Add(Header("k", '2', link: "k")));
        yield return Docker("a layer that is a FIFO", """[{"Config":"c","Layers":["k"]}]""", tar => tar.Add(Header("k", '6')));
        yield return Docker("a name of 5,000 bytes", """[{"Config":"c","Layers":["l"]}]""", tar => tar.Pax(("path", new string('n', 5000))).Add(Header()));
        yield return Docker("a header that says 2 GiB", """[{"Config":"c","Layers":["l"]}]""", tar => tar.Add(Header("x", 'x', Octal(2L << 30))));
        yield return new("a docker-archive that is cut off", Outcome.Refused, image => Write(image, "docker-archive", Parts("""[{"Config":"c","Layers":["l"]}]""").ToArray()[..1600]));
        yield return new("a docker-archive that is none", Outcome.Refused, image => Write(image, "docker-archive", Encoding.ASCII.GetBytes(new string('x', 5000))));
        yield return new("a docker-archive that is a directory", Outcome.Refused, image =>
        {
            image.Source = $"docker-archive:{image.Directory}/archive.tar";
            Directory.CreateDirectory(Path.Combine(image.Directory, "archive.tar"));
        });
        yield return new("a docker-archive that is a FIFO", Outcome.Refused, image =>
        {
            image.Source = $"docker-archive:{image.Directory}/archive.tar";
            ProcessRunner.Run("mkfifo", Path.Combine(image.Directory, "archive.tar"));
        });
        yield return new("a docker-archive with files outside of it", Outcome.Harmless, image => Write(
            image, "docker-archive", Parts("""[{"Config":"c","Layers":["l"]}]""").File("../../evil", "x").Add(Header("d", '2', link: image.Canary)).File("d/file", "evil")));
    }

    private static IEnumerable<HostileCase> OciArchives()
    {
        yield return new("an oci-archive without an index", Outcome.Refused, image => Write(image, "oci-archive", new RawTar().File("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}")));
        yield return new("an oci-archive with two indexes", Outcome.Refused, image => Write(image, "oci-archive", new RawTar()
            .File("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}").File("index.json", HostileImage.IndexOf()).File("./index.json", HostileImage.IndexOf())));
        yield return new("an oci-archive whose index is a link up the tree", Outcome.Refused, image => Write(image, "oci-archive", new RawTar()
            .File("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}").Add(Header("index.json", '2', link: "../../../../etc/passwd"))));
        yield return new("an oci-archive without a blob", Outcome.Refused, image =>
        {
            image.Layers(s_layer);
            File.Delete(image.BlobPath(HostileImage.DigestOf(s_layer)));
            ProcessRunner.Run("tar", "-C", image.Layout, "-cf", Path.Combine(image.Directory, "archive.tar"), ".");
            image.Source = $"oci-archive:{image.Directory}/archive.tar:it";
        });
    }

    private static IEnumerable<HostileCase> TwoSizes()
    {
        const string manifest = """[{"Config":"c","Layers":["l"]}]""";
        yield return Docker("two sizes for a file", manifest, tar => tar.Pax(("size", "5")).Add(Header("x", size: Octal(1))).Data("hello"));
        yield return Docker("a manifest in a file that the header hides", manifest, tar => tar
            .Pax(("size", "1024")).Add(Header("x", size: Octal(0))).Add(Header("manifest.json", size: Octal(2))).Data("[]"));
    }

    private static RawTar Parts(string manifest) => new RawTar()
        .Add(Header("l", size: Octal(s_layer.Length))).Add(s_layer).File("c", Config(s_layer)).File("manifest.json", manifest);

    private static HostileCase Docker(string what, string manifest, Func<RawTar, RawTar>? more = null) => new(
        $"a docker-archive with {what}", Outcome.Refused, image => Write(image, "docker-archive", more is null ? Parts(manifest) : more(Parts(manifest))));

    private static void Write(HostileImage image, string transport, RawTar tar) => Write(image, transport, tar.End().ToArray());

    private static void Write(HostileImage image, string transport, byte[] bytes)
    {
        string path = Path.Combine(image.Directory, "archive.tar");
        File.WriteAllBytes(path, bytes);
        image.Source = $"{transport}:{path}";
    }
}
