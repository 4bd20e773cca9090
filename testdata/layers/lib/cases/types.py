"""The types of entries."""
from ..entries import GNU, NANO, V7, B, C, D, F, L, P, Raw, header, pad, pax
from .model import COMPATIBILITY, GNU_TAR, LOSS, OVERLAYFS, POSIX, SECURITY, SPEC_ENTRIES, Category

case = Category("types", rule="4.1.9", source=SPEC_ENTRIES, severity=COMPATIBILITY).apply
NOT_OCI = "Not among the types that the specification lists; to skip it would lose something, to guess is worse."

case(
    "all",
    "each type that a layer can have",
    [[D("d"), F("f", "1"), L("l", "f"), P("p"), C("c", 1, 3), B("b", 7, 0)]],
    [D("d"), F("f", "1"), L("l", "f"), P("p"), C("c", 1, 3), B("b", 7, 0)],
    severity=LOSS,
)
case("nul-file", "type NUL is a regular file", [[F("f", "1", header={"kind": b"\0"})]], [F("f", "1")], source=POSIX)
case("contiguous-file", "type 7 is a regular file", [[F("f", "1", header={"kind": b"7"})]], [F("f", "1")], source=POSIX)
case(
    "v7-directory",
    "in a V7 archive a name with a slash at its end is a directory",
    [[Raw(header(b"d/", b"\0", mode=0o755, magic=V7)), F("d/f")]],
    [D("d"), F("d/f")],
    source=GNU_TAR,
)
case(
    "file-with-a-slash",
    "type 0 and a name with a slash at its end is a directory",
    [[Raw(header(b"d/", b"0", mode=0o755)), F("d/f")]],
    [D("d"), F("d/f")],
    source=GNU_TAR,
    or_refused=True,
)
case(
    "device-numbers",
    "device numbers of more than 8 bits",
    [[C("a", 4095, 1048575), B("b", 259, 300), C("c", 0, 1), C("e", 136, 256)]],
    [C("a", 4095, 1048575), B("b", 259, 300), C("c", 0, 1), C("e", 136, 256)],
    severity=LOSS,
)
case(
    "device-metadata",
    "a device's and a FIFO's mode, owner and time",
    [[C("c", 1, 3, mode=0o666, uid=1, gid=5, time=7 * NANO), P("p", mode=0o620, uid=3)]],
    [C("c", 1, 3, mode=0o666, uid=1, gid=5, time=7 * NANO), P("p", mode=0o620, uid=3)],
    severity=LOSS,
)
case(
    "device-number-too-large",
    "a device number that Linux does not have is refused",
    [[Raw(header(b"c", b"3", device=(1 << 33, 0)))]],
    reading="Cut off, it would be another device.",
    severity=LOSS,
)
case(
    "whiteout-device",
    "a character device 0:0 is not taken for a whiteout",
    [[F("x", "1"), F("y")], [C("x", 0, 0)]],
    [F("y"), C("x", 0, 0)],
    or_refused=True,
    source=[SPEC_ENTRIES, OVERLAYFS],
    reading="Overlayfs uses it to mark what is deleted, so a store of overlay layers cannot hold it: to refuse it is accepted, to delete is not.",
    severity=SECURITY,
)
case(
    "global-header",
    "a global PAX header makes no file",
    [[Raw(pax([("comment", "0123456789abcdef")], b"g", b"pax_global_header")), F("a", "1")]],
    [F("a", "1")],
    source=POSIX,
)
case(
    "global-header-between",
    "a global PAX header between entries",
    [[F("a", "1"), Raw(pax([("comment", "x")], b"g")), D("d"), F("d/b", "2")]],
    [F("a", "1"), D("d"), F("d/b", "2")],
    source=POSIX,
)
case(
    "global-time",
    "a time in a global header holds for entries that have none of their own",
    [[Raw(pax([("mtime", "5")], b"g")), F("a", "1")]],
    [F("a", "1")],
    also=[[F("a", "1", time=5 * NANO)]],
    or_refused=True,
    source=POSIX,
    reading="POSIX says so; Go's reader, and so every container engine, ignores it. All are accepted.",
)
case(
    "global-path",
    "a path in a global header does not name the entries after it",
    [[Raw(pax([("path", "evil")], b"g")), F("a", "1"), F("b", "2")]],
    [F("a", "1"), F("b", "2")],
    or_refused=True,
    source=POSIX,
    reading="POSIX would have it; no engine does, and a scanner that differs sees another image.",
    severity=SECURITY,
)
case(
    "volume-label",
    "GNU tar's label makes no file",
    [[Raw(header(b"my volume", b"V", mode=0, magic=GNU)), F("a", "1")]],
    [F("a", "1")],
    or_refused=True,
    source=GNU_TAR,
)
case(
    "multi-volume",
    "a file continued from another volume is refused",
    [[F("a"), Raw(header(b"part", b"M", size=3, magic=GNU), pad(b"abc"))]],
    source=GNU_TAR,
    reading=NOT_OCI,
    severity=LOSS,
)
case(
    "dump-directory",
    "GNU tar's list of a directory is not taken for a file",
    [[F("a"), Raw(header(b"d/", b"D", mode=0o755, size=4, magic=GNU), pad(b"Yx\0\0"))]],
    [F("a"), D("d")],
    or_refused=True,
    source=GNU_TAR,
    reading=NOT_OCI,
)
case(
    "solaris-acl",
    "a Solaris access control list is not taken for a file",
    [[Raw(header(b"a", b"A", size=4), pad(b"abcd")), F("a", "1")]],
    [F("a", "1")],
    or_refused=True,
    reading=NOT_OCI,
)
case(
    "unknown",
    "an unknown type is refused",
    [[F("a"), Raw(header(b"x", b"Z", size=3), pad(b"abc"))]],
    [F("a"), F("x", "abc")],
    or_refused=True,
    source=POSIX,
    reading="POSIX lets a reader make a regular file of it; to skip it without a word is what loses.",
    severity=LOSS,
)
case(
    "directory-with-a-size",
    "a directory's size does not mean data behind it",
    [[D("d", header={"size": 1024}), F("d/f", "1")]],
    [D("d"), F("d/f", "1")],
    source=POSIX,
    or_refused=True,
    reading="POSIX lets it mean the space to reserve. A reader that skips data reads another archive.",
)
case(
    "link-with-a-size",
    "a symbolic link's size does not mean data behind it",
    [[L("l", "target", header={"size": 6}), F("f", "1")]],
    [L("l", "target"), F("f", "1")],
    source=POSIX,
    or_refused=True,
)
case(
    "symbolic-link-to-nothing",
    "a symbolic link without a target is refused",
    [[F("a"), L("l", "")]],
    severity=LOSS,
    reading="Linux has no such link.",
)
case(
    "socket-mode",
    "type bits in a mode are not heeded",
    [[F("a", "1", mode=0o644, header={"mode": 0o140644}), D("d", header={"mode": 0o040755})]],
    [F("a", "1"), D("d")],
    source=GNU_TAR,
)
