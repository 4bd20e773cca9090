using LayerStore.Tests.Tar;
using static LayerStore.Tests.Tar.RawTar;

namespace Interop.Tests.Hostile;

/// <summary>Layers that try to leave their root: by names, by links of this layer and of one below, by whiteouts and by metadata.</summary>
internal static class Breakouts
{
    private static readonly string[] s_waysOut = ["../evil", "a/../../evil", "../../../../../../../../evil", "./../evil", "a/b/../../../evil", "..", "../.", "/../evil"];

    /// <summary>What is put behind a link: what it leads to is in the root, whatever it says.</summary>
    private static readonly (string What, Func<string, RawTar, RawTar> Put)[] s_behind =
    [
        ("a file", (link, tar) => tar.File($"{link}/file", "evil")),
        ("a new file", (link, tar) => tar.File($"{link}/cage/new", "evil")),
        ("a directory", (link, tar) => tar.Add(Header($"{link}/cage", '5', mode: "0000777"))),
        ("a link", (link, tar) => tar.Add(Header($"{link}/file", '2', link: "/etc/passwd"))),
        ("a FIFO", (link, tar) => tar.Add(Header($"{link}/file", '6'))),
        ("a device", (link, tar) => tar.Add(Header($"{link}/file", '3', major: "0000001", minor: "0000003"))),
        ("a whiteout", (link, tar) => tar.File($"{link}/.wh.file", "")),
        ("an opaque whiteout", (link, tar) => tar.File($"{link}/.wh..wh..opq", "")),
        ("an xattr", (link, tar) => tar.Pax(("SCHILY.xattr.trusted.evil", "1")).Add(Header($"{link}/cage", '5'))),
    ];

    public static IReadOnlyList<HostileCase> All { get; } = [.. Names(), .. Types(), .. ThroughLinks(), .. ThroughLowerLinks(), .. Replacements(), .. HardLinks(), .. Marks()];

    private static IEnumerable<HostileCase> Names()
    {
        foreach (string name in s_waysOut)
        {
            yield return Refused($"a name out of the root, {name}", new RawTar().File(name, "x"));
            yield return Refused($"a PAX name out of the root, {name}", new RawTar().Pax(("path", name)).File("f", "x"));
            yield return Refused($"a GNU name out of the root, {name}", new RawTar().Extension('L', name + "\0").File("f", "x"));
        }

        yield return Refused("a prefix out of the root", new RawTar().Add(Header("evil", prefix: "../..")));
        yield return Refused("a prefix that is half of a way out", new RawTar().Add(Header("./evil", prefix: "a/../..")));
        yield return Refused("a sparse name out of the root", new RawTar().Pax(("GNU.sparse.name", "../evil"), ("GNU.sparse.map", "0,1"), ("GNU.sparse.size", "1")).File("f", "x"));
        yield return Harmless("an absolute name", new RawTar().File("/etc/shadow", "x"));
        yield return new("an absolute name of the canary", Outcome.Harmless, image => image.Layers(new RawTar().Pax(("path", image.Canary + "/file")).File("f", "x").End().ToArray()));
    }

    private static IEnumerable<HostileCase> Types()
    {
        foreach ((char type, string what) in new[] { ('1', "hard link"), ('2', "symbolic link"), ('3', "device"), ('4', "block device"), ('5', "directory"), ('6', "FIFO") })
        {
            yield return Refused($"a {what} out of the root", new RawTar().File("f", "x").Add(Header("a/../../evil", type, link: "f", major: "0000001", minor: "0000003")));
        }
    }

    private static IEnumerable<HostileCase> ThroughLinks()
    {
        foreach ((string what, Func<string, RawTar, RawTar> put) in s_behind)
        {
            yield return new($"{what} behind an absolute link", Outcome.Harmless, image => image.Layers(put("l", Link(image.Canary)).End().ToArray()));
            yield return new($"{what} behind a relative link", Outcome.Harmless, image => image.Layers(put("l", Link(image.CanaryFromBelow)).End().ToArray()));
        }

        yield return new("a file behind a link to the root of the machine", Outcome.Harmless, image => image.Layers(
            new RawTar().Add(Header("l", '2', link: "/")).Pax(("path", "l" + image.Canary + "/file")).File("f", "evil").End().ToArray()));
        yield return new("a file behind two links", Outcome.Harmless, image => image.Layers(
            new RawTar().Add(Header("up", '2', link: "../../../../../../..")).Pax(("linkpath", "up" + image.Canary)).Add(Header("l", '2')).File("l/file", "evil").End().ToArray()));
        yield return new("a file behind links in each other's way", Outcome.Harmless, image => image.Layers(
            new RawTar().Add(Header("a", '2', link: "b/..")).Add(Header("b", '5')).Add(Header("b/c", '2', link: "../a/../..")).File("b/c/evil", "x").End().ToArray()));
        yield return new("a file behind a magic link", Outcome.Harmless, image => image.Layers(
            new RawTar().Add(Header("l", '2', link: "/proc/self/cwd")).File("l/evil", "x").Add(Header("m", '2', link: "/proc/1/root")).File("m/evil", "x").End().ToArray()));
        yield return Refused("a file behind a link to itself", new RawTar().Add(Header("l", '2', link: "l")).File("l/evil", "x"));
        yield return Refused("a file behind links to each other", new RawTar().Add(Header("a", '2', link: "b")).Add(Header("b", '2', link: "a")).File("a/evil", "x"));
    }

    private static IEnumerable<HostileCase> ThroughLowerLinks()
    {
        foreach ((string what, Func<string, RawTar, RawTar> put) in s_behind)
        {
            yield return new($"{what} behind a link of the layer below", Outcome.Harmless, image => image.Layers(
                Link(image.Canary).End().ToArray(), put("l", new RawTar()).End().ToArray()));
        }

        yield return new("a directory of the layer below becomes a link", Outcome.Harmless, image => image.Layers(
            new RawTar().File("d/file", "x").End().ToArray(), Link(image.Canary, "d").End().ToArray(), new RawTar().File("d/file", "evil").End().ToArray()));
        yield return new("a link of the layer below is whited out beside a file behind it", Outcome.Refused, image => image.Layers(
            Link(image.Canary).End().ToArray(), new RawTar().File("l/file", "evil").File(".wh.l", "").End().ToArray()));
    }

    private static IEnumerable<HostileCase> Replacements()
    {
        yield return new("a file over a link", Outcome.Harmless, image => image.Layers(Link(image.Canary + "/file").File("l", "evil").End().ToArray()));
        yield return new("a file over a link of the layer below", Outcome.Harmless, image => image.Layers(
            Link(image.Canary + "/file").End().ToArray(), new RawTar().File("l", "evil").End().ToArray()));
        yield return new("a directory over a link to a directory", Outcome.Harmless, image => image.Layers(
            Link(image.Canary).Add(Header("l", '5', mode: "0000777")).File("l/file", "evil").End().ToArray()));
        yield return new("a directory over a link to a directory of the layer below", Outcome.Harmless, image => image.Layers(
            Link(image.Canary).End().ToArray(), new RawTar().Add(Header("l", '5', mode: "0000777")).File("l/file", "evil").End().ToArray()));
        yield return new("a whiteout of a link", Outcome.Harmless, image => image.Layers(Link(image.Canary + "/file").End().ToArray(), new RawTar().File(".wh.l", "").End().ToArray()));
        yield return new("an xattr and a mode on a link", Outcome.Harmless, image => image.Layers(
            new RawTar().Pax(("linkpath", image.Canary + "/file"), ("SCHILY.xattr.trusted.evil", "1")).Add(Header("l", '2', mode: "0004777", uid: "0000001")).End().ToArray()));
        yield return Refused("the root is a link", new RawTar().Add(Header("./", '2', link: "/")));
        yield return Refused("the root is a file", new RawTar().Add(Header(".")));
        yield return Refused("the root is a FIFO", new RawTar().Add(Header("/", '6')));
        yield return Harmless("a FIFO that is written to", new RawTar().Add(Header("f", '6')).File("f", "x"));
    }

    private static IEnumerable<HostileCase> HardLinks()
    {
        yield return new("a hard link to a file outside", Outcome.Refused, image => image.Layers(HardLink(image.Canary + "/file")));
        yield return new("a hard link up to a file outside", Outcome.Refused, image => image.Layers(HardLink(image.CanaryFromBelow + "/file")));
        yield return new("a hard link to a file behind a link", Outcome.Refused, image => image.Layers(Link(image.Canary).Add(Header("h", '1', link: "l/file")).End().ToArray()));
        yield return new("a hard link to a file behind a link of the layer below", Outcome.Refused, image => image.Layers(
            Link(image.Canary).End().ToArray(), new RawTar().Add(Header("h", '1', link: "l/file")).End().ToArray()));
        yield return new("a hard link to a link, then a file over it", Outcome.Harmless, image => image.Layers(
            Link(image.Canary + "/file").Add(Header("h", '1', link: "l")).File("h", "evil").End().ToArray()));
        yield return new("a mode on a hard link to a link", Outcome.Harmless, image => image.Layers(
            Link(image.Canary + "/file").Add(Header("h", '1', link: "l", mode: "0004777", uid: "0000007")).End().ToArray()));
        yield return Refused("a hard link to the root", new RawTar().Add(Header("h", '1', link: "/")));
        yield return Refused("a hard link to a directory", new RawTar().Add(Header("d", '5')).Add(Header("h", '1', link: "d")));
        yield return Refused("a hard link to the program's own files", new RawTar().Add(Header("h", '1', link: "proc/self/environ")));
        yield return Refused("a hard link to nothing at all", new RawTar().Add(Header("h", '1')));
        yield return Refused("a hard link to itself", new RawTar().Add(Header("h", '1', link: "h")));
    }

    private static IEnumerable<HostileCase> Marks()
    {
        foreach (string name in new[] { ".wh.", ".wh..", ".wh...", "d/.wh.", "d/.wh...", "d/.wh../x", ".wh.x/y" })
        {
            yield return Refused($"the whiteout {name}", new RawTar().File(name, ""));
        }

        yield return Refused("a whiteout out of the root", new RawTar().File("../.wh.file", ""));
        yield return Refused("an opaque whiteout out of the root", new RawTar().File("../.wh..wh..opq", ""));
        yield return Refused("overlay's whiteout as a device", new RawTar().File("d/f", "x").Add(Header("d/f", '3')));
        foreach (string space in new[] { "trusted", "user" })
        {
            foreach ((string name, string value) in new[] { ("redirect", "/other"), ("opaque", "y"), ("metacopy", ""), ("origin", "x"), ("upper", "x"), ("overlay.opaque", "y"), ("whiteout", "") })
            {
                yield return Harmless($"the xattr {space}.overlay.{name}", new RawTar()
                    .Pax(($"SCHILY.xattr.{space}.overlay.{name}", value)).Add(Header("d", '5')).Pax(($"SCHILY.xattr.{space}.overlay.{name}", value)).File("d/f", "x"));
            }
        }

        yield return Harmless("the bookkeeping of aufs", new RawTar().File(".wh..wh.plnk/1.2", "x").File(".wh..wh.aufs", "").File("d/.wh..wh.orph/f", ""));
    }

    private static RawTar Link(string target, string name = "l") => new RawTar().Pax(("linkpath", target)).Add(Header(name, '2'));

    private static byte[] HardLink(string target) => new RawTar().File("f", "x").Pax(("linkpath", target)).Add(Header("h", '1')).End().ToArray();

    private static HostileCase Refused(string name, RawTar tar) => new(name, Outcome.Refused, image => image.Layers(tar.End().ToArray()));

    private static HostileCase Harmless(string name, RawTar tar) => new(name, Outcome.Harmless, image => image.Layers(tar.End().ToArray()));
}
