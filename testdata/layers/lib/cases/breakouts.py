"""Ways out of the root directory. Where a tool keeps inside, how it does so is open: the tree inside is seldom judged."""
from ..entries import GNU, NANO, C, D, F, H, L, O, P, Raw, W, gnu_long, header, pad, pax
from .model import SECURITY, SPEC_APPLYING, Category

# The runner makes this directory and looks at it after each case (README.md, "Canaries").
CANARY = "/run/layer-corpus/canary"
INSIDE = "The specification is silent on what a reader does with it. Anything is accepted that changes nothing outside of the root directory."

category = Category("breakouts", rule="4.1.3", source=SPEC_APPLYING, severity=SECURITY)


def case(name, title, *layers, **details):
    """A hostile layer: nothing outside may change, and whether it is refused is open."""
    details.setdefault("reading", INSIDE)
    category.apply_contained(name, title, [list(layer) for layer in layers], **details)


def cve(number):
    return [SPEC_APPLYING, f"https://www.cve.org/CVERecord?id={number}"]


def named(name, entry=None):
    """An entry of a name that climbs."""
    return (entry or F("x", "escaped")).but(header={"name": name})


UP = "../../../../../../../.."

case("dot-dot", "a file above the root", [named(b"../escaped")])
case("dot-dot-deep", "a file above the root, from below", [D("a"), named(b"a/../../escaped")])
case("dot-dot-far", "a file far above the root, in the canary", [named((UP + CANARY + "/escaped").encode())])
case(
    "dot-dot-alone",
    "the directory above the root",
    [named(b"..", D("x", 0o777)), named(b"../", D("x", 0o777)), named(b"../..", D("x", 0o777))],
)
case(
    "dot-dot-pax",
    "a path record that climbs, over a harmless name",
    [F("harmless", "escaped", records=[("path", UP + CANARY + "/escaped")])],
)
case(
    "dot-dot-gnu",
    "a GNU long name that climbs, over a harmless name",
    [F("harmless", "escaped", before=gnu_long(b"L", UP + CANARY + "/escaped"), header={"magic": GNU})],
)
case(
    "dot-dot-sparse",
    "the name of a sparse file that climbs",
    [
        Raw(
            pax(
                [
                    ("GNU.sparse.major", "1"),
                    ("GNU.sparse.minor", "0"),
                    ("GNU.sparse.name", UP + CANARY + "/escaped"),
                    ("GNU.sparse.realsize", "512"),
                ]
            ),
            header(b"harmless", b"0", size=1024),
            pad(b"1\n0\n512\n"),
            b"x" * 512,
        )
    ],
)
case(
    "dot-dot-prefix",
    "a ustar prefix that climbs",
    [F("x", "escaped", header={"name": b"escaped", "prefix": (UP + CANARY).encode()})],
)
case(
    "dot-dot-types",
    "links, devices, FIFOs and directories above the root",
    [
        named((UP + CANARY + "/d").encode(), D("x")),
        named((UP + CANARY + "/l").encode(), L("x", "y")),
        named((UP + CANARY + "/p").encode(), P("x")),
        named((UP + CANARY + "/c").encode(), C("x", 1, 3)),
    ],
)
case("absolute", "an absolute name", [named((CANARY + "/escaped").encode())])
case("absolute-link", "a file below an absolute symbolic link", [L("l", CANARY), F("l/escaped", "escaped")])
case("relative-link", "a file below a symbolic link that climbs", [L("l", UP + CANARY), F("l/escaped", "escaped")])
case("link-in-a-lower-layer", "a file below a symbolic link of a lower layer", [L("l", CANARY)], [F("l/escaped", "escaped")])
case(
    "two-links", "a file below a symbolic link to a symbolic link", [L("a", UP), L("b", "a" + CANARY), F("b/escaped", "escaped")]
)
case(
    "link-in-parts",
    "symbolic links that climb one step each",
    [D("d"), D("d/e"), L("d/e/up", ".."), L("out", "d/e/up/../.."), L("far", "out/" + UP + CANARY), F("far/escaped", "escaped")],
)
case("link-to-slash", "a file below a symbolic link to /", [L("l", "/"), F("l" + CANARY + "/escaped", "escaped")])
case(
    "file-through-link",
    "a file by the name of a symbolic link to a file outside",
    [L("l", CANARY + "/file"), F("l", "overwritten")],
)
case(
    "file-through-lower-link",
    "a file by the name of a lower layer's symbolic link to a file outside",
    [L("l", CANARY + "/file")],
    [F("l", "overwritten")],
    source=cve("CVE-2014-6407"),
)
case(
    "directory-through-link",
    "a directory's metadata through a symbolic link",
    [L("l", CANARY)],
    [D("l", 0o777, uid=666, gid=666)],
)
case("mode-through-link", "a mode through a symbolic link", [L("l", CANARY + "/file", mode=0o4777)])
case("magic-link", "a file below a link of /proc", [L("l", "/proc/self/root"), F("l" + CANARY + "/escaped", "escaped")])
case("magic-cwd", "a file below the working directory of /proc", [L("l", "/proc/self/cwd"), F("l/escaped", "escaped")])
case("hard-link-outside", "a hard link to a file outside", [H("h", CANARY + "/file"), F("h", "overwritten")])
case("hard-link-dot-dot", "a hard link's target that climbs", [H("h", UP + CANARY + "/file"), F("h", "overwritten")])
case(
    "hard-link-pax",
    "a linkpath record that climbs",
    [H("h", "harmless", records=[("linkpath", UP + CANARY + "/file")]), F("h", "overwritten")],
)
case(
    "hard-link-gnu",
    "a GNU long link target that climbs",
    [H("h", "harmless", before=gnu_long(b"K", UP + CANARY + "/file"), header={"magic": GNU}), F("h", "overwritten")],
)
case(
    "hard-link-through-link",
    "a hard link to a file below a symbolic link",
    [L("l", CANARY), H("h", "l/file"), F("h", "overwritten")],
)
case(
    "hard-link-to-link",
    "a hard link to a symbolic link, with metadata of its own",
    [L("l", CANARY + "/file"), H("h", "l", mode=0o4777, uid=666, gid=666, time=5 * NANO)],
    source=cve("CVE-2014-6407"),
)
case("hard-link-below-link", "a hard link made below a symbolic link", [F("f", "escaped"), L("l", CANARY), H("l/escaped", "f")])
case(
    "hard-link-to-link-below",
    "a hard link to a symbolic link to a directory, and a file below",
    [L("l", CANARY), H("h", "l"), F("h/escaped", "escaped")],
)
case("whiteout-dot-dot", "a whiteout above the root", [F(UP + CANARY + "/.wh.file")])
case(
    "whiteout-named-dot-dot",
    "a whiteout of ..",
    [D("d"), F("d/.wh..."), F(".wh...")],
    reading="Read naively it deletes the directory above. " + INSIDE,
)
case("whiteout-through-link", "a whiteout below a symbolic link", [L("l", CANARY)], [W("l/file")])
case("whiteout-through-link-in-one-layer", "a whiteout below a symbolic link of its own layer", [L("l", CANARY), W("l/file")])
case("whiteout-of-link", "a whiteout of a symbolic link to a directory outside", [L("l", CANARY)], [W("l")])
case("opaque-through-link", "an opaque whiteout below a symbolic link", [L("l", CANARY)], [O("l")])
case("opaque-dot-dot", "an opaque whiteout above the root", [F(UP + CANARY + "/.wh..wh..opq")])
case("opaque-in-one-layer", "an opaque whiteout below a symbolic link of its own layer", [L("l", CANARY), O("l"), F("l/escaped")])
case(
    "replaced-parent",
    "a directory that becomes a symbolic link between two files",
    [D("d"), F("d/a"), L("d", CANARY), F("d/escaped", "escaped")],
)
case(
    "replaced-parent-in-a-layer",
    "a lower directory that becomes a symbolic link before its files",
    [D("d"), F("d/a")],
    [L("d", CANARY), F("d/escaped", "escaped")],
)
case(
    "whiteout-of-a-parent",
    "a whiteout of a directory, a symbolic link in its place, and a file below",
    [D("d"), F("d/a")],
    [W("d"), L("d", CANARY), F("d/escaped", "escaped")],
)
case(
    "root-is-a-link",
    "the root directory as a symbolic link",
    [named(b"./", L("x", CANARY)), F("escaped", "escaped")],
    source=cve("CVE-2021-29136"),
)
case(
    "root-is-a-link-in-a-layer",
    "the root directory as a symbolic link, in a second layer",
    [F("a")],
    [named(b".", L("x", CANARY))],
    [F("escaped", "escaped")],
    source=cve("CVE-2021-29136"),
)
case("device-through-link", "devices and FIFOs below a symbolic link", [L("l", CANARY)], [C("l/escaped", 1, 3), P("l/escaped2")])
case(
    "xattr-through-link",
    "attributes of a symbolic link to a file outside",
    [L("l", CANARY + "/file", xattrs={"user.x": b"1", "trusted.x": b"1"})],
)
case(
    "aufs-link",
    "a hard link of aufs that climbs",
    [D(".wh..wh.plnk"), L(".wh..wh.plnk/1", CANARY + "/file"), H("h", ".wh..wh.plnk/1"), F("h", "overwritten")],
)
case(
    "through-dangling-link",
    "a file below a symbolic link to a directory outside that does not exist",
    [L("l", CANARY + "/new"), F("l/escaped", "escaped")],
)
