"""The dialects of tar headers: V7, ustar, GNU, star."""
from ..entries import GNU, NANO, TIME, V7, C, D, F, H, L, Raw, base256, gnu_long, group, header, octal, pad
from .model import COMPATIBILITY, GNU_TAR, GO_TAR, LIBARCHIVE_TAR, LOSS, POSIX, SECURITY, Category

case = Category("formats", rule="4.1.9", source=GNU_TAR, severity=COMPATIBILITY).apply


def gnu(entry, **fields):
    """An entry with GNU's magic."""
    return entry.but(header={"magic": GNU, **fields})


def v7(entry):
    """An entry of a V7 archive."""
    return entry.but(header={"magic": V7})


N100, N155, D100 = b"n" * 100, b"p" * 155, b"d" * 99
LONG = b"d/" + b"x" * 200

case(
    "v7",
    "an archive without any magic",
    [
        [
            Raw(header(b"d/", b"\0", mode=0o755, magic=V7)),
            F("d/f", "1").but(header={"magic": V7, "kind": b"\0"}),
            v7(L("l", "d/f")),
            v7(H("h", "d/f")),
        ]
    ],
    [D("d"), *group(F("d/f", "1"), "h"), L("l", "d/f")],
)
case("v7-long-name", "a name of 100 bytes fills its field, without a NUL", [[v7(F(N100, "1"))]], [F(N100, "1")])
case("ustar-name", "a name of 100 bytes in ustar", [[F(N100, "1")]], [F(N100, "1")], source=POSIX)
case(
    "ustar-prefix",
    "ustar's prefix stands before the name, with a slash between",
    [[D("some"), D("some/where"), F("some/where/f", "1", header={"name": b"f", "prefix": b"some/where"})]],
    [D("some"), D("some/where"), F("some/where/f", "1")],
    source=POSIX,
)
case(
    "ustar-full-prefix",
    "a prefix of 155 bytes and a name of 100 fill their fields",
    [
        [
            D(N155, header={"name": b"", "prefix": b""}, records=[("path", N155 + b"/")]),
            F(N155 + b"/" + N100, "1", header={"name": N100, "prefix": N155}, only_records=True),
        ]
    ],
    [D(N155), F(N155 + b"/" + N100, "1")],
    source=POSIX,
)
case(
    "ustar-bytes",
    "names in ustar are bytes",
    [[F(b"caf\xe9", "1"), D(b"\xc3\xa9")]],
    [F(b"caf\xe9", "1"), D(b"\xc3\xa9")],
    source=POSIX,
)
case("ustar-link-name", "a link target of 100 bytes fills its field", [[L("l", b"t" * 100)]], [L("l", b"t" * 100)], source=POSIX)
case(
    "ustar-link-prefix",
    "a prefix says nothing of the link target",
    [[D("p"), L("p/l", "t", header={"name": b"l", "prefix": b"p"})]],
    [D("p"), L("p/l", "t")],
    source=POSIX,
)
case(
    "gnu-long-name",
    "GNU's long name",
    [[D("d"), gnu(F(LONG, "1"), name=LONG[:100]).but(before=gnu_long(b"L", LONG), only_records=True)]],
    [D("d"), F(LONG, "1")],
)
case(
    "gnu-long-link",
    "GNU's long link target",
    [[L("l", b"t" * 300, before=gnu_long(b"K", b"t" * 300), header={"magic": GNU}, only_records=True)]],
    [L("l", b"t" * 300)],
)
case(
    "gnu-long-both",
    "GNU's long name and link target on one entry, in either order",
    [
        [
            D("d"),
            L(
                LONG,
                b"t" * 300,
                before=gnu_long(b"K", b"t" * 300) + gnu_long(b"L", LONG),
                header={"magic": GNU},
                only_records=True,
            ),
            L(
                LONG + b"2",
                b"t" * 300,
                before=gnu_long(b"L", LONG + b"2") + gnu_long(b"K", b"t" * 300),
                header={"magic": GNU},
                only_records=True,
            ),
        ]
    ],
    [D("d"), L(LONG, b"t" * 300), L(LONG + b"2", b"t" * 300)],
)
case(
    "gnu-long-hard-link",
    "GNU's long target of a hard link",
    [[D("d"), F(LONG, "1"), H("h", LONG, before=gnu_long(b"K", LONG), header={"magic": GNU}, only_records=True)]],
    [D("d"), *group(F(LONG, "1"), "h")],
)
case(
    "gnu-long-directory",
    "GNU's long name of a directory",
    [[D(b"d" * 150, before=gnu_long(b"L", b"d" * 150 + b"/"), header={"magic": GNU}, only_records=True), F(b"d" * 150 + b"/f")]],
    [D(b"d" * 150), F(b"d" * 150 + b"/f")],
)
case(
    "gnu-long-name-without-nul",
    "a long name that no NUL ends",
    [
        [
            D("d"),
            Raw(
                header(b"././@LongLink", b"L", size=len(LONG), magic=GNU),
                pad(LONG),
                header(b"x", b"0", size=1, magic=GNU),
                pad(b"1"),
            ),
        ]
    ],
    [D("d"), F(LONG, "1")],
)
case(
    "gnu-short-long-name",
    "a long name that is short",
    [[Raw(gnu_long(b"L", "name"), header(b"other", b"0", size=1, magic=GNU), pad(b"1"))]],
    [F("name", "1")],
)
case(
    "gnu-access-time",
    "GNU's incremental dumps have two times where ustar has the prefix",
    [[gnu(F("f", "1"), patches=[(345, octal(TIME, 12)), (357, octal(TIME, 12))])]],
    [F("f", "1")],
)
case(
    "gnu-misplaced-prefix",
    "a ustar prefix under GNU's magic, as Go wrote before 1.8",
    [[D("some"), F("some/f", "1", header={"magic": GNU, "name": b"f", "prefix": b"some"})]],
    [D("some"), F("some/f", "1")],
    also=[[D("some"), F("f", "1")]],
    source=[GO_TAR, "https://github.com/golang/go/issues/12594"],
    reading="Docker made layers with it, and Go reads them so; GNU's own format has no prefix: both are accepted.",
)
case(
    "star-times",
    "star keeps two times at the end of the prefix",
    [
        [
            D("some"),
            F(
                "some/f",
                "1",
                header={
                    "name": b"f",
                    "prefix": b"some",
                    "patches": [(476, octal(TIME, 12)), (488, octal(TIME, 12)), (508, b"tar\0")],
                },
            ),
        ]
    ],
    [D("some"), F("some/f", "1")],
    source=LIBARCHIVE_TAR,
)
case(
    "base-256-owner",
    "owners in base-256",
    [
        [
            gnu(F("f", uid=3_000_000, gid=4_294_967_294), uid=base256(3_000_000, 8), gid=base256(4_294_967_294, 8)).but(
                only_records=True
            )
        ]
    ],
    [F("f", uid=3_000_000, gid=4_294_967_294)],
    severity=LOSS,
)
case("base-256-size", "a size in base-256", [[gnu(F("f", "12345"), size=base256(5, 12)), F("g")]], [F("f", "12345"), F("g")])
case(
    "base-256-time",
    "times in base-256, after 2242 and before 1970",
    [
        [
            gnu(F("a", time=8_700_000_000 * NANO), time=base256(8_700_000_000, 12)).but(only_records=True),
            gnu(F("b", time=-5 * NANO), time=base256(-5, 12)).but(only_records=True),
        ]
    ],
    [F("a", time=8_700_000_000 * NANO), F("b", time=-5 * NANO)],
    severity=LOSS,
)
case(
    "base-256-device",
    "device numbers in base-256",
    [[gnu(C("c", 4095, 5), device=(base256(4095, 8), base256(5, 8)))]],
    [C("c", 4095, 5)],
)
case(
    "negative-owner",
    "a negative owner is refused",
    [[gnu(F("f"), uid=base256(-1, 8))]],
    severity=SECURITY,
    reading='chown takes −1 for "leave it": the file would stay root\'s.',
)
case(
    "numbers-with-spaces",
    "numbers with spaces before and after, and no NUL",
    [
        [
            F(
                "f",
                "12345",
                mode=0o640,
                uid=9,
                header={"mode": b"   640 ", "uid": b"    11 \0", "size": b"          5 ", "time": b"%11o " % TIME},
            )
        ]
    ],
    [F("f", "12345", mode=0o640, uid=9)],
)
case(
    "full-octal-fields",
    "octal numbers that fill their fields",
    [[F("f", "12345", mode=0o640, header={"mode": b"00000640", "size": b"000000000005", "time": b"%012o" % TIME})]],
    [F("f", "12345", mode=0o640)],
)
case(
    "empty-numbers",
    "empty numbers are 0",
    [
        [
            F(
                "f",
                mode=0,
                time=0,
                header={
                    "mode": bytes(8),
                    "uid": bytes(8),
                    "gid": bytes(8),
                    "size": bytes(12),
                    "time": bytes(12),
                    "device": (bytes(8), bytes(8)),
                },
            )
        ]
    ],
    [F("f", mode=0, time=0)],
)
case("bad-number", "a number with a letter in it is refused", [[F("f", "1", header={"size": b"0000000001z\0"})]], severity=LOSS)
case(
    "signed-checksum",
    "a checksum of signed bytes, as old tars made them",
    [[F(b"\xff\xfe\xe9", "1", header={"signed": True})]],
    [F(b"\xff\xfe\xe9", "1")],
)
case(
    "wrong-checksum",
    "a header with a wrong checksum is refused",
    [[F("a", "1"), F("b", "2", header={"patches": [(148, b"0123456\0")]}), F("c", "3")]],
    severity=LOSS,
)
case(
    "unknown-magic",
    "a header with another magic is read as V7",
    [[F("f", "1", header={"magic": b"USTAR\x0000"})]],
    [F("f", "1")],
    or_refused=True,
)
case(
    "mixed",
    "entries of all dialects in one archive",
    [[v7(F("a", "1")), gnu(F("b", "2")), F("c", "3"), F("e", "4", time=TIME * NANO + 5)]],
    [F("a", "1"), F("b", "2"), F("c", "3"), F("e", "4", time=TIME * NANO + 5)],
)
