"""PAX extended headers."""
from ..entries import GNU, NANO, TIME, D, F, H, L, Raw, gnu_long, group, header, pax
from .model import COMPATIBILITY, LOSS, POSIX, SECURITY, SPEC_ATTRIBUTES, Category

case = Category("pax", rule="4.1.10", source=POSIX, severity=LOSS).apply
AMBIGUOUS = "Readers differ, so a scanner and an engine may see two images."


def with_pax(entry, *records):
    """An entry with records that say what its header does not."""
    return entry.but(records=records, only_records=True)


LONG = b"d/" + b"x" * 120

case(
    "path",
    "a path in a record wins over the header's name",
    [[with_pax(F("real", "1", header={"name": b"short"}), ("path", "real"))]],
    [F("real", "1")],
)
case("long-path", "a path over 100 bytes", [[D("d"), F(LONG, "1")]], [D("d"), F(LONG, "1")])
case(
    "linkpath",
    "a link target in a record",
    [
        [
            F("a", "1"),
            with_pax(L("l", b"t" * 300, header={"link": b"t"}), ("linkpath", b"t" * 300)),
            with_pax(H("h", "a", header={"link": b"b"}), ("linkpath", "a")),
        ]
    ],
    [L("l", b"t" * 300), *group(F("a", "1"), "h")],
)
case(
    "size",
    "a size in a record wins over the header's",
    [[with_pax(F("a", "12345678", header={"size": 0}), ("size", "8")), F("b", "2")]],
    [F("a", "12345678"), F("b", "2")],
    severity=SECURITY,
    source=[POSIX, "https://www.cve.org/CVERecord?id=CVE-2025-62518"],
    reading="A reader that trusts the header's 0 takes the file's content for entries.",
)
case(
    "size-hides-entries",
    "an archive inside a file is that file's content, whatever its header's size says",
    [[with_pax(F("inner.tar", F("evil", "1").tar, header={"size": 0}), ("size", "1024")), F("b", "2")]],
    [F("inner.tar", F("evil", "1").tar), F("b", "2")],
    or_refused=True,
    severity=SECURITY,
    source=[POSIX, "https://www.cve.org/CVERecord?id=CVE-2025-62518"],
    reading="The record wins. Who refuses it leaves no reader another image.",
)
case(
    "size-of-one-entry",
    "a size in a record is that of one entry only",
    [[with_pax(F("a", "12345"), ("size", "5")), F("b", "2")]],
    [F("a", "12345"), F("b", "2")],
)
case(
    "owner",
    "owners in records, up to the largest",
    [
        [
            F("a", uid=4294967294, gid=4294967294),
            with_pax(F("b", uid=7, gid=8, header={"uid": 1, "gid": 1}), ("uid", "7"), ("gid", "8")),
        ]
    ],
    [F("a", uid=4294967294, gid=4294967294), F("b", uid=7, gid=8)],
)
case(
    "owner-too-large",
    'an owner of 2^32−1, which chown takes for "leave it", is refused',
    [[with_pax(F("a"), ("uid", "4294967295"))]],
    severity=SECURITY,
    reading="Set naively, the file stays root's.",
)
case(
    "owner-over-32-bits",
    "an owner over 32 bits is refused, not cut off",
    [[with_pax(F("a", mode=0o4755), ("uid", "4294967296"))]],
    severity=SECURITY,
    reading="Cut off, 2^32 is root.",
)
case(
    "names-of-owners",
    "names of owners are ignored, also when this machine knows them",
    [
        [
            F("a", uid=1234, gid=1235, header={"uname": "root", "gname": "root"}),
            with_pax(F("b", uid=1234, gid=1235), ("uname", "root"), ("gname", "root")),
        ]
    ],
    [F("a", uid=1234, gid=1235), F("b", uid=1234, gid=1235)],
    severity=SECURITY,
    source=SPEC_ATTRIBUTES,
    reading="The names of the machine that unpacks are not those of the image.",
)
case(
    "nanoseconds",
    "times to the nanosecond",
    [[F("a", time=TIME * NANO + 123456789), D("d", time=TIME * NANO + 1), L("l", "x", time=TIME * NANO + 999999999)]],
    [F("a", time=TIME * NANO + 123456789), D("d", time=TIME * NANO + 1), L("l", "x", time=TIME * NANO + 999999999)],
)
case(
    "more-digits",
    "what is finer than a nanosecond is cut off",
    [[with_pax(F("a", time=5 * NANO + 123456789), ("mtime", "5.1234567899999"))]],
    [F("a", time=5 * NANO + 123456789)],
)
case(
    "fewer-digits",
    "fractions of one digit, of none, and without a point",
    [
        [
            with_pax(F("a", time=5_500_000_000), ("mtime", "5.5")),
            with_pax(F("b", time=5 * NANO), ("mtime", "5.")),
            with_pax(F("c", time=5 * NANO), ("mtime", "5")),
        ]
    ],
    [F("a", time=5_500_000_000), F("b", time=5 * NANO), F("c", time=5 * NANO)],
)
case(
    "negative-time",
    "times before 1970",
    [[F("a", time=-1 * NANO), F("b", time=-1000000 * NANO)]],
    [F("a", time=-1 * NANO), F("b", time=-1000000 * NANO)],
)
case(
    "negative-fraction",
    "fractions of seconds before 1970",
    [[F("a", time=-500_000_000), F("b", time=-1_500_000_000), F("c", time=-2_000_000_001)]],
    [F("a", time=-500_000_000), F("b", time=-1_500_000_000), F("c", time=-2_000_000_001)],
)
case(
    "access-and-change-time",
    "access and change times do not disturb",
    [[F("a", "1", records=[("atime", "1.5"), ("ctime", "2.5"), ("LIBARCHIVE.creationtime", "3")])]],
    [F("a", "1")],
)
case(
    "last-record-wins",
    "of two records with one key the last counts",
    [[with_pax(F("a", "1", time=2 * NANO, header={"name": b"c"}), ("path", "b"), ("mtime", "1"), ("mtime", "2"), ("path", "a"))]],
    [F("a", "1", time=2 * NANO)],
)
case(
    "empty-value",
    "an empty value takes back what a record said before",
    [[with_pax(F("a", "1"), ("path", "b"), ("path", ""), ("mtime", "1"), ("mtime", ""))]],
    [F("a", "1")],
    or_refused=True,
    severity=COMPATIBILITY,
)
case(
    "vendor-records",
    "records of vendors are passed over",
    [
        [
            F(
                "a",
                "1",
                records=[
                    ("SCHILY.fflags", "uarch"),
                    ("MSWINDOWS.fileattr", "32"),
                    ("VENDOR.x", "y"),
                    ("comment", "z"),
                    ("RHT.security.selinux", "u:r:t:s0"),
                    ("SCHILY.dev", "1"),
                    ("SCHILY.ino", "2"),
                    ("SCHILY.nlink", "1"),
                ],
            )
        ]
    ],
    [F("a", "1")],
    severity=COMPATIBILITY,
)
case(
    "binary-charset",
    "hdrcharset=BINARY: a path is bytes",
    [[with_pax(F(b"\xff\xe9", "1", header={"name": b"x"}), ("hdrcharset", "BINARY"), ("path", b"\xff\xe9"))]],
    [F(b"\xff\xe9", "1")],
)
case(
    "path-not-utf8",
    "a path that is not UTF-8 without hdrcharset is bytes too",
    [[with_pax(F(b"\xff\xe9", "1", header={"name": b"x"}), ("path", b"\xff\xe9"))]],
    [F(b"\xff\xe9", "1")],
    severity=COMPATIBILITY,
    reading="POSIX says UTF-8; GNU tar writes what it finds.",
)
case(
    "newline-in-value",
    "a newline in a value does not end it",
    [[with_pax(F("a\nb", "1", header={"name": b"x"}), ("path", "a\nb"), ("comment", "x\n12 path=evil\n"))]],
    [F("a\nb", "1")],
)
case(
    "length-of-the-length",
    "records whose length is just 99, 100 and 101 bytes, or 999 to 1001",
    [[F("a", "1", xattrs={f"user.{n}": b"v" * (n - len(f"{n} SCHILY.xattr.user.{n}=\n")) for n in (99, 101, 999, 1001)})]],
    [F("a", "1", xattrs={f"user.{n}": b"v" * (n - len(f"{n} SCHILY.xattr.user.{n}=\n")) for n in (99, 101, 999, 1001)})],
)
case(
    "two-headers",
    "two extended headers before one entry",
    [[Raw(pax([("path", "b")]), pax([("mtime", "5")]), F("a", "1"))]],
    [F("b", "1", time=5 * NANO)],
    also=[[F("a", "1", time=5 * NANO)]],
    or_refused=True,
    severity=COMPATIBILITY,
    reading=AMBIGUOUS + " Go keeps the second, GNU tar both. All are accepted.",
)
case(
    "header-without-an-entry",
    "an extended header at the end is refused",
    [[F("a"), Raw(pax([("path", "b")]))]],
    [F("a")],
    or_refused=True,
    severity=COMPATIBILITY,
    reading="The entry was lost. No file is meant.",
)
case(
    "both-long-names",
    "a PAX path and a GNU long name that differ",
    [[Raw(gnu_long(b"L", "gnu"), pax([("path", "pax")]), header(b"short", b"0", magic=GNU))]],
    [F("pax")],
    also=[[F("gnu")]],
    or_refused=True,
    severity=SECURITY,
    reading=AMBIGUOUS + " All are accepted but the header's own name.",
)
case("wrong-length", "a record whose length is too large is refused", [[Raw(pax(b"99 path=b\n"), F("a", "1"))]])
case("short-length", "a record whose length ends inside it is refused", [[Raw(pax(b"8 path=bcd\n"), F("a", "1"))]])
case("no-length", "a record without a length is refused", [[Raw(pax(b"path=b\n"), F("a", "1"))]])
case("no-equals-sign", "a record without a value is refused", [[Raw(pax(b"10 path b\n"), F("a", "1"))]])
case(
    "nul-in-path",
    "a path with a NUL in it is refused",
    [[with_pax(F("a", "1"), ("path", b"b\0c"))]],
    severity=SECURITY,
    reading="Cut off at the NUL, it is another path.",
)
case("not-a-number", "a size that is no number is refused", [[with_pax(F("a", "1"), ("size", "1x"))]])
case("negative-size", "a negative size is refused", [[with_pax(F("a", "1"), ("size", "-1"))]])
case("huge-size", "a size that the archive does not have is refused", [[with_pax(F("a", "1"), ("size", "9223372036854775807"))]])
case(
    "on-a-directory",
    "records hold for directories and links too",
    [
        [
            with_pax(D("d", 0o700, uid=70000, header={"uid": 0}), ("uid", "70000")),
            with_pax(L("l", "x", gid=70000, header={"gid": 0}), ("gid", "70000")),
        ]
    ],
    [D("d", 0o700, uid=70000), L("l", "x", gid=70000)],
)
case(
    "not-inherited",
    "a header holds for one entry only",
    [[F("a", time=1_500_000_000, uid=5, xattrs={"user.x": b"1"}), F("b", "1")]],
    [F("a", time=1_500_000_000, uid=5, xattrs={"user.x": b"1"}), F("b", "1")],
)
