"""Two trees, and the layer between them: what it makes of the older tree is judged, not its bytes."""
from ..entries import NANO, TIME, B, C, D, Entry, F, L, P, capability, group
from .model import COMPATIBILITY, LOSS, SECURITY, SPEC_CHANGES, SPEC_HARDLINKS, SPEC_OPAQUE, SPEC_WHITEOUTS, Category
from .xattrs import ONLY_ACCESS, ONLY_DEFAULT

HERE = D(".")
LATER = (TIME + 100) * NANO
NET_BIND = {"security.capability": capability(1 << 10)}

content = Category("content", rule="4.2.1", source=SPEC_CHANGES, severity=LOSS).diff

content("nothing", "two equal trees", [D("d"), F("d/a", "1")], [D("d"), F("d/a", "1")], absent=["d/a"])
content("base", "all of a tree when there is nothing below", [], [D("d"), F("d/a", "1"), L("l", "d"), P("p")])
content(
    "added",
    "new files and directories",
    [D("d"), F("d/a")],
    [D("d", time=LATER), F("d/a"), F("d/b", "2"), D("e"), D("e/f"), F("e/f/g")],
    absent=["d/a"],
)
content("changed", "a changed file", [F("a", "old")], [F("a", "new content", time=LATER)])
content(
    "only-what-changed",
    "files that did not change are not in the layer",
    [D("d"), F("d/a", "1"), F("d/b", "2"), D("e"), F("e/x")],
    [D("d"), F("d/a", "1"), F("d/b", "3", time=LATER), D("e"), F("e/x")],
    absent=["d/a", "e/x"],
    severity=COMPATIBILITY,
)
content("same-size", "another content of the same size", [F("a", "old")], [F("a", "new", time=LATER)])
content(
    "same-size-same-second",
    "another content of the same size in the same second",
    [F("a", "old", time=TIME * NANO + 1)],
    [F("a", "new", time=TIME * NANO + 2)],
    [F("a", "new", unjudged=("time",))],
    source=[SPEC_CHANGES, "https://github.com/containerd/continuity/blob/main/fs/diff.go"],
)
content(
    "same-size-same-time",
    "another content of the same size and the same time to the nanosecond",
    [F("a", "old", time=TIME * NANO + 5)],
    [F("a", "new", time=TIME * NANO + 5)],
    [F("a", "new", unjudged=("time",))],
    reading="No time tells it: the contents must be compared.",
)
content(
    "swapped",
    "two files of the same size that took each other's names",
    [F("a", "one", time=TIME * NANO + 5), F("b", "two", time=TIME * NANO + 5)],
    [F("a", "two", time=TIME * NANO + 5), F("b", "one", time=TIME * NANO + 5)],
    [F("a", "two", unjudged=("time",)), F("b", "one", unjudged=("time",))],
    reading="No time tells it: the contents must be compared.",
)
content(
    "emptied", "a file that is empty now, and one that was", [F("a", "1"), F("b")], [F("a", time=LATER), F("b", "2", time=LATER)]
)
content("touched", "a file of which only the time changed", [F("a", "1")], [F("a", "1", time=LATER)])
content(
    "touched-by-a-nanosecond",
    "a file whose time changed by a nanosecond",
    [F("a", "1", time=TIME * NANO)],
    [F("a", "1", time=TIME * NANO + 1)],
)
content("older", "a file whose time went back", [F("a", "1")], [F("a", "1", time=1 * NANO)])
content(
    "before-1970",
    "times before 1970",
    [D("d")],
    [D("d", time=-1 * NANO), F("d/a", time=-5 * NANO), L("d/l", "x", time=-1_000_000 * NANO)],
)
content(
    "before-1970-fractions",
    "times before 1970 with fractions of seconds",
    [D("d")],
    [D("d", time=-1_500_000_000), F("d/a", time=-500_000_000), L("d/l", "x", time=-1)],
)
content(
    "nanoseconds",
    "times to the nanosecond of each type",
    [],
    [
        F("a", time=TIME * NANO + 123456789),
        D("d", time=TIME * NANO + 1),
        L("l", "x", time=TIME * NANO + 999),
        P("p", time=TIME * NANO + 5),
    ],
)
content(
    "sparse",
    "a sparse file's content",
    [F("s", bytes(8192))],
    [F("s", bytes(65536) + b"x" * 4096 + bytes(65536), time=LATER), F("hole", bytes(100000))],
)
content(
    "large",
    "a file of 100,000 bytes, without a run of zeros",
    [],
    [F("big", bytes(97 + i * i // 7 % 26 for i in range(100_000)))],
)

metadata = Category("attributes", rule="4.2.8", source=SPEC_CHANGES, severity=LOSS).diff

metadata(
    "mode",
    "a changed mode, setuid among them",
    [F("a", "1"), F("b", "1"), D("d")],
    [F("a", "1", mode=0o600), F("b", "1", mode=0o4755), D("d", 0o1777)],
)
metadata(
    "owner",
    "a changed owner of each type",
    [F("a", "1"), D("d"), L("l", "x"), P("p")],
    [F("a", "1", uid=1, gid=2), D("d", uid=3), L("l", "x", uid=4, gid=5), P("p", gid=6)],
)
metadata("large-owner", "owners over 21 bits", [], [F("a", uid=2097152, gid=4294967294), D("d", uid=3000000000)])
metadata(
    "directory-only",
    "a directory of which only the metadata changed",
    [D("d"), F("d/a")],
    [D("d", 0o700, uid=5, time=LATER), F("d/a")],
    absent=["d/a"],
)
metadata(
    "directory-unchanged",
    "a directory's metadata stays when only a file in it changed",
    [D("d", 0o1770, uid=5, time=3 * NANO), F("d/a")],
    [D("d", 0o1770, uid=5, time=3 * NANO), F("d/a", "2", time=LATER)],
)
metadata(
    "root",
    "the root directory's own mode, owner and time",
    [HERE, F("a")],
    [D(".", 0o751, uid=3, gid=4, time=LATER), F("a")],
    absent=["a"],
)
metadata("root-xattr", "the root directory's own xattr", [HERE, F("a")], [D(".", xattrs={"user.x": b"1"}), F("a")])
metadata("xattr-only", "a file of which only an xattr is new", [F("a", "1")], [F("a", "1", xattrs={"user.x": b"\x00=\n\xff"})])
metadata(
    "xattr-changed",
    "an xattr that changed its value, in the same length",
    [F("a", "1", xattrs={"user.x": b"old"})],
    [F("a", "1", xattrs={"user.x": b"new"})],
)
metadata(
    "xattr-removed",
    "an xattr that is gone",
    [F("a", "1", xattrs={"user.x": b"1", "user.y": b"2"}), D("d", xattrs={"user.x": b"1"})],
    [F("a", "1", xattrs={"user.y": b"2"}), D("d")],
)
metadata("xattr-of-a-directory", "an xattr of a directory", [D("d"), F("d/a")], [D("d", xattrs={"user.x": b"1"}), F("d/a")])
metadata("xattr-empty", "an empty xattr", [F("a", "1")], [F("a", "1", xattrs={"user.x": b""})])
metadata(
    "xattr-trusted",
    "a trusted xattr",
    [F("a", "1")],
    [F("a", "1", xattrs={"trusted.x": b"1"})],
    reading="It is part of the tree; peers leave it out for safety or without saying why.",
)
metadata(
    "capability", "capabilities that are new on a file", [F("a", "1", mode=0o755)], [F("a", "1", mode=0o755, xattrs=NET_BIND)]
)
metadata(
    "capability-and-owner", "capabilities of a file that is not root's", [], [F("a", "1", mode=0o755, uid=1000, xattrs=NET_BIND)]
)
metadata(
    "capability-removed",
    "capabilities that are gone",
    [F("a", "1", mode=0o755, xattrs=NET_BIND)],
    [F("a", "1", mode=0o755)],
    severity=SECURITY,
)
metadata(
    "acl-removed",
    "access control lists that are gone",
    [F("a", "1", mode=0o664, xattrs=ONLY_ACCESS), D("d", xattrs=ONLY_DEFAULT)],
    [F("a", "1", mode=0o664), D("d")],
    severity=SECURITY,
)
metadata(
    "acl",
    "an access control list that is new on a file",
    [F("a", "1", mode=0o664)],
    [F("a", "1", mode=0o664, xattrs=ONLY_ACCESS)],
)
metadata(
    "default-acl",
    "a default list of a directory, and files in it that did not inherit it",
    [D("d")],
    [D("d", xattrs=ONLY_DEFAULT), F("d/a", "1", mode=0o600)],
)
metadata("setuid-and-owner", "setuid on a file that is not root's", [], [F("a", "1", mode=0o6755, uid=1000, gid=1000)])

types = Category("changes", rule="4.2.3", source=SPEC_CHANGES, severity=LOSS).diff

types(
    "deleted",
    "a deleted file, directory, link and FIFO",
    [D("d"), F("d/a"), D("e"), F("e/x"), L("l", "d"), P("p"), F("f")],
    [D("d", time=LATER), F("f")],
    source=SPEC_WHITEOUTS,
)
types("deleted-all", "all that was there deleted", [D("d"), F("d/a"), F("f")], [], source=SPEC_WHITEOUTS)
types("file-to-directory", "a file that became a directory", [F("x", "1")], [D("x"), F("x/a")])
types("directory-to-file", "a directory that became a file", [D("x"), D("x/y"), F("x/y/z")], [F("x", "1")])
types(
    "directory-to-link",
    "a directory that became a symbolic link",
    [D("x"), F("x/a"), D("t"), F("t/a")],
    [L("x", "t"), D("t"), F("t/a")],
)
types(
    "link-to-directory",
    "a symbolic link that became a directory",
    [L("x", "t"), D("t"), F("t/a")],
    [D("x"), F("x/b"), D("t"), F("t/a")],
)
types(
    "file-to-link", "a file that became a symbolic link, and the reverse", [F("a", "1"), L("b", "a")], [L("a", "b"), F("b", "1")]
)
types("link-target", "a symbolic link that leads elsewhere, with the same length and time", [L("l", "aa")], [L("l", "bb")])
types("devices", "devices and FIFOs that are new", [], [C("c", 1, 3, mode=0o666), B("b", 7, 300), P("p")])
types("device-number", "a device that changed its number only", [C("c", 1, 3)], [C("c", 1, 5)])
types(
    "file-to-device",
    "a file that became a device, and a device that became a FIFO",
    [F("a"), C("b", 1, 3)],
    [C("a", 1, 3), P("b")],
)
types(
    "replaced-directory",
    "a directory deleted and made anew with other files",
    [D("d"), F("d/a"), D("d/s"), F("d/s/b")],
    [D("d", time=LATER), F("d/c")],
    source=SPEC_OPAQUE,
)
types(
    "renamed-directory",
    "a directory that has another name now",
    [D("d"), F("d/a", "1"), D("d/s"), F("d/s/b", "2")],
    [D("e"), F("e/a", "1"), D("e/s"), F("e/s/b", "2")],
)
types(
    "renamed-file",
    "a file that has another name now",
    [D("d"), F("d/a", "1"), D("e")],
    [D("d", time=LATER), D("e", time=LATER), F("e/b", "1")],
)
types(
    "deep-deletion",
    "a deletion deep down leaves the rest",
    [D("a"), D("a/b"), D("a/b/c"), F("a/b/c/x"), F("a/b/c/y"), F("a/z")],
    [D("a"), D("a/b"), D("a/b/c", time=LATER), F("a/b/c/y"), F("a/z")],
    absent=["a/z", "a/b/c/y"],
    source=SPEC_WHITEOUTS,
)
types(
    "socket",
    "a socket cannot be in a layer; the rest can",
    [F("a")],
    [F("a"), Entry("socket", "s"), F("b")],
    expect=[F("a"), F("b")],
    refused="too",
    reading="tar has no form for sockets. To leave it out, and to refuse, are both accepted.",
)
types(
    "reserved-name",
    "a file whose name is that of a whiteout cannot be in a layer",
    [F("a"), F("b")],
    [F("a"), F("b"), F(".wh.a")],
    refused=True,
    source=SPEC_WHITEOUTS,
    reading="Written, it would delete another file.",
    severity=SECURITY,
)
types(
    "whiteout-device",
    "a character device 0:0 cannot be in a layer, or must stay what it is",
    [F("a")],
    [F("a"), F("b"), C("c", 0, 0)],
    refused="too",
    reading="Overlayfs would take it for a deletion. To refuse it is accepted, and so is writing it as what it is.",
)

links = Category("links", rule="4.2.6", source=SPEC_HARDLINKS, severity=LOSS).diff

links("new-group", "a file with three names that is new", [], [D("d"), *group(F("a", "1"), "b", "d/c")])
links("new-name", "a second name for a file that was there", [F("a", "1")], group(F("a", "1"), "b"))
links(
    "broken",
    "two names of one file that are two files now, one of them changed",
    group(F("a", "1"), "b"),
    [F("a", "1"), F("b", "2", time=LATER)],
)
links(
    "broken-equal",
    "two names of one file that are two files now, with the same content",
    group(F("a", "1"), "b"),
    [F("a", "1"), F("b", "1")],
    reading="Only the inodes tell it.",
)
links(
    "joined-equal",
    "two equal files that are one file now",
    [F("a", "1"), F("b", "1")],
    group(F("a", "1"), "b"),
    reading="Only the inodes tell it.",
)
links("changed-group", "a file with two names that changed", group(F("a", "1"), "b"), group(F("a", "2", time=LATER), "b"))
links("mode-of-a-group", "a file with two names whose mode changed", group(F("a", "1"), "b"), group(F("a", "1", mode=0o600), "b"))
links("one-name-deleted", "one name of a file deleted", group(F("a", "1"), "b", "c"), group(F("b", "1"), "c"))
links(
    "two-groups",
    "two groups that exchanged a name",
    [*group(F("a", "1"), "b"), *group(F("c", "2"), "d")],
    [*group(F("a", "1"), "d"), *group(F("b", "2"), "c")],
)
links(
    "capability-group", "a file with two names and capabilities", [], group(F("a", "1", mode=0o755, uid=5, xattrs=NET_BIND), "b")
)
links("symbolic-link-group", "a symbolic link with two names", [], group(L("l", "target"), "m"))
links("fifo-group", "a FIFO with two names", [], group(P("p"), "q"))

names = Category("odd-names", rule="4.2.7", source=SPEC_CHANGES, severity=LOSS).diff
N255 = b"n" * 255

names(
    "bytes",
    "names that are not UTF-8, with newlines and backslashes",
    [F(b"\xff"), F("gone\n")],
    [F(b"\xff", "1", time=LATER), F("a\nb"), F("\\n"), D(b"\xe9"), F(b"\xe9/\xc3")],
)
names("deleted-bytes", "deleted names that are not UTF-8", [F(b"\xff\xfe"), F("a\nb"), F(" "), F("x")], [F("x")])
names(
    "long",
    "names of 255 bytes, and link targets of 1,000",
    [],
    [F(N255, "1"), D(b"d" * 255), F(b"d" * 255 + b"/" + N255), L("l", b"t" * 1000)],
)
names("long-hard-link", "a hard link to a long path", [], [D(b"d" * 200), *group(F(b"d" * 200 + b"/" + b"f" * 200, "1"), "h")])
names(
    "prefix-order",
    "names of which one is the beginning of another",
    [D("a"), F("a/x"), F("a-b"), F("a.b")],
    [D("a", time=LATER), F("a/y"), F("a-b", "1", time=LATER), F("a.c"), D("a0"), F("a0/x")],
)
names("deleted-longest", "a deleted name of 251 bytes", [F(b"n" * 251), F("x")], [F("x")])
names(
    "deleted-too-long",
    "a deleted name of 255 bytes, for which no whiteout can be: its prefix makes it 259",
    [D("d"), F(b"d/" + N255), F("d/x", "1")],
    [D("d"), F("d/x", "1")],
    refused="too",
    source=SPEC_WHITEOUTS,
    reading="The directory can be written anew under an opaque whiteout. To refuse it is accepted; to lose the deletion is not.",
)
