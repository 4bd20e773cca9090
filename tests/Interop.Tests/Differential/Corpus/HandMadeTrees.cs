using LayerStore.Tests.Tar;
using static LayerStore.Tests.Tar.RawTar;

namespace Interop.Tests.Differential.Corpus;

/// <summary>Entries whose meaning depends on each other, and on where they land.</summary>
internal static class HandMadeTrees
{
    /// <summary>All, by name.</summary>
    public static IEnumerable<KeyValuePair<string, RawTar>> All =>
    [
        // Names that must stay inside
        new("path-with-dots", new RawTar().File("./a", "1").File("b/./c", "2").File("d//e", "3").End()),
        new("path-absolute", new RawTar().File("/absolute", "1").File("//twice", "2").End()),
        new("path-with-parent", new RawTar().Add(Directory("d/")).File("d/../f", "1").End()),
        new("path-above-the-root", new RawTar().File("../above", "1").End()),
        new("parent-is-a-symlink", new RawTar().Add(Directory("real/")).Add(Header("link", '2', link: "real")).File("link/f", "1").End()),
        new("parent-is-an-absolute-symlink", new RawTar().Add(Directory("real/")).Add(Header("link", '2', link: "/real")).File("link/f", "1").End()),
        new("parent-is-a-symlink-upwards", new RawTar().Add(Header("link", '2', link: "../../..")).File("link/f", "1").End()),
        new("parent-is-a-dangling-symlink", new RawTar().Add(Header("link", '2', link: "missing")).File("link/f", "1").End()),
        new("parent-is-a-file", new RawTar().File("f", "1").File("f/g", "2").End()),
        new("component-of-255-bytes", new RawTar().Pax(("path", new string('n', 255))).File("f", "1").End()),
        new("component-of-256-bytes", new RawTar().Pax(("path", new string('n', 256))).File("f", "1").End()),
        new("path-of-4000-bytes", new RawTar().Pax(("path", string.Join('/', Enumerable.Repeat(new string('d', 249), 16)))).File("f", "1").End()),

        // Parents
        new("parents-implied", new RawTar().File("a/b/f", "1").End()),
        new("parent-after-child", new RawTar().File("a/f", "1").Add(Directory("a/", "0000700", "00000001000")).End()),
        new("root-entry", new RawTar().Add(Header("./", '5', mode: "0000711", uid: "0000007", mtime: "00000001000")).File("f", "1").End()),
        new("root-entry-by-dot", new RawTar().Add(Header(".", '5', mode: "0000711", mtime: "00000001000")).End()),
        new("root-entry-by-slash", new RawTar().Add(Header("/", '5', mode: "0000711", mtime: "00000001000")).End()),
        new("root-entry-is-a-file", new RawTar().Add(Header(".", '0', Octal(1))).Data("1").End()),
        new("directory-that-cannot-be-entered", new RawTar().Add(Directory("d/", "0000000", "00000001000")).File("d/f", "1").End()),
        new("setgid-directory", new RawTar().Add(Header("d/", '5', mode: "0002775", gid: "0001750")).File("d/f", "1").Add(Directory("d/e/")).End()),
        new("default-acl-and-children", new RawTar()
            .Pax(("SCHILY.xattr.system.posix_acl_default", "\x02\0\0\0\x01\0\x07\0\xff\xff\xff\xff\x04\0\x00\0\xff\xff\xff\xff\x20\0\x00\0\xff\xff\xff\xff"))
            .Add(Directory("d/")).File("d/f", "1").Add(Directory("d/e/")).End()),

        // The same name twice
        new("file-twice", new RawTar().File("f", "first").Add(Header("f", size: Octal(6), mode: "0000600")).Data("second").End()),
        new("directory-twice", new RawTar().Add(Directory("d/")).File("d/f", "1").Add(Directory("d/", "0000700")).End()),
        new("directory-twice-with-xattrs", new RawTar().Pax(("SCHILY.xattr.user.a", "1")).Add(Directory("d/")).Add(Directory("d/", "0000700")).End()),
        new("file-over-directory", new RawTar().Add(Directory("d/")).File("d", "1").End()),
        new("file-over-full-directory", new RawTar().Add(Directory("d/")).File("d/f", "1").File("d", "2").End()),
        new("directory-over-file", new RawTar().File("d", "1").Add(Directory("d/")).End()),
        new("directory-over-symlink", new RawTar().Add(Directory("real/")).File("real/f", "1").Add(Header("d", '2', link: "real")).Add(Directory("d/", "0000700")).File("d/g", "2").End()),
        new("symlink-over-directory", new RawTar().Add(Directory("d/")).Add(Header("d", '2', link: "t")).End()),
        new("file-over-symlink", new RawTar().File("t", "1").Add(Header("l", '2', link: "t")).File("l", "2").End()),
        new("file-over-hardlink", new RawTar().File("a", "1").Add(Header("b", '1', link: "a")).File("b", "2").End()),

        // Hard links
        new("hardlink", new RawTar().File("a", "1").Add(Header("b", '1', link: "a")).End()),
        new("hardlink-with-other-metadata", new RawTar().File("a", "1").Add(Header("b", '1', link: "a", mode: "0000600", uid: "0001750", mtime: "00000001000")).End()),
        new("hardlink-of-dot-slash", new RawTar().File("./a", "1").Add(Header("./b", '1', link: "./a")).End()),
        new("hardlink-absolute-target", new RawTar().File("a", "1").Add(Header("b", '1', link: "/a")).End()),
        new("hardlink-to-a-symlink", new RawTar().Add(Header("s", '2', link: "t")).Add(Header("b", '1', link: "s")).End()),
        new("hardlink-through-a-symlink", new RawTar().Add(Directory("d/")).File("d/f", "1").Add(Header("s", '2', link: "d")).Add(Header("b", '1', link: "s/f")).End()),
        new("hardlink-to-itself", new RawTar().File("a", "1").Add(Header("a", '1', link: "a")).End()),
        new("hardlink-before-its-target", new RawTar().Add(Header("b", '1', link: "a")).File("a", "1").End()),
        new("hardlink-to-nothing", new RawTar().Add(Header("b", '1', link: "a")).End()),
        new("hardlink-to-a-directory", new RawTar().Add(Directory("d/")).Add(Header("b", '1', link: "d")).End()),
        new("hardlink-to-a-fifo", new RawTar().Add(Header("p", '6')).Add(Header("b", '1', link: "p")).End()),
        new("hardlink-above-the-root", new RawTar().Add(Header("b", '1', link: "../../../../../etc/hostname")).End()),
        new("hardlink-over-a-file", new RawTar().File("a", "1").File("b", "2").Add(Header("b", '1', link: "a")).End()),

        // Whiteouts
        new("whiteout", new RawTar().Add(Header(".wh.gone")).Add(Directory("d/")).Add(Header("d/.wh.gone")).End()),
        new("whiteout-after-its-sibling", new RawTar().File("f", "1").Add(Header(".wh.f")).End()),
        new("whiteout-without-a-name", new RawTar().Add(Header(".wh.")).End()),
        new("whiteout-opaque", new RawTar().Add(Directory("d/")).File("d/f", "1").Add(Header("d/.wh..wh..opq")).End()),
        new("whiteout-in-a-missing-directory", new RawTar().Add(Header("a/b/.wh.c")).End()),
        new("whiteout-aufs-metadata", new RawTar().Add(Directory(".wh..wh.plnk/")).File(".wh..wh.plnk/1.2", "1").Add(Header("a", '1', link: ".wh..wh.plnk/1.2")).End()),
        new("whiteout-directory", new RawTar().Add(Directory(".wh.d/")).End()),
        new("wh-inside-a-name", new RawTar().File("f.wh.g", "1").File("wh.f", "2").End()),
    ];

    private static byte[] Directory(string name, string mode = "0000755", string mtime = "00000000000") => Header(name, '5', mode: mode, mtime: mtime);
}
