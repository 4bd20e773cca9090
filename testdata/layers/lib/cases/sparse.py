"""GNU's four forms of sparse files."""
from ..entries import BLOCK, GNU, F, H, Raw, group, header, octal, pad, pax
from .model import GNU_SPARSE, LOSS, Category

case = Category("sparse", rule="4.1.9", source=GNU_SPARSE, severity=LOSS).apply
SEGMENT = 512


def dense(size, segments):
    """The content: (offset, bytes) in a file of zeros."""
    data = bytearray(size)
    for offset, part in segments:
        data[offset : offset + len(part)] = part
    return bytes(data)


def stored(segments):
    return b"".join(part for _, part in segments)


def old(name, size, segments, real_size=None, **fields):
    """Old GNU: the map is in the header, and goes on in blocks of 21."""
    descriptors = [octal(offset, 12) + octal(len(part), 12) for offset, part in segments]
    first, rest = b"".join(descriptors[:4]), descriptors[4:]
    patches = [(386, first), (482, bytes([bool(rest)])), (483, octal(size if real_size is None else real_size, 12))]
    blocks = b""
    while rest:
        block, rest = b"".join(rest[:21]), rest[21:]
        blocks += (block.ljust(504, b"\0") + bytes([bool(rest)])).ljust(BLOCK, b"\0")
    data = stored(segments)
    return Raw(header(name, b"S", size=len(data), magic=GNU, patches=patches, **fields), blocks, pad(data))


def pax_entry(name, records, data, header_name=b"GNUSparseFile.0/f"):
    return Raw(pax(records), header(header_name, b"0", size=len(data)), pad(data))


def pax00(name, size, segments):
    """PAX 0.0: a pair of records for each segment."""
    records = [("GNU.sparse.size", str(size)), ("GNU.sparse.numblocks", str(len(segments)))]
    for offset, part in segments:
        records += [("GNU.sparse.offset", str(offset)), ("GNU.sparse.numbytes", str(len(part)))]
    return pax_entry(name, records, stored(segments), header_name=name)


def pax01(name, size, segments, **change):
    """PAX 0.1: the map in one record, the name in another."""
    text = ",".join(f"{offset},{len(part)}" for offset, part in segments)
    records = [
        ("GNU.sparse.size", str(size)),
        ("GNU.sparse.numblocks", str(len(segments))),
        ("GNU.sparse.name", name),
        ("GNU.sparse.map", change.get("map", text)),
    ]
    return pax_entry(name, records, stored(segments))


def pax10(name, size, segments, count=None):
    """PAX 1.0: the map before the data."""
    lines = "".join(
        f"{number}\n"
        for number in [len(segments) if count is None else count] + [n for offset, part in segments for n in (offset, len(part))]
    )
    records = [
        ("GNU.sparse.major", "1"),
        ("GNU.sparse.minor", "0"),
        ("GNU.sparse.name", name),
        ("GNU.sparse.realsize", str(size)),
    ]
    return pax_entry(name, records, pad(lines.encode()) + stored(segments))


FORMS = {"old-gnu": old, "pax-0.0": pax00, "pax-0.1": pax01, "pax-1.0": pax10}
A, Z = b"A" * SEGMENT, b"Z" * SEGMENT

for form, make in FORMS.items():
    two = [(4096, A), (16384, Z)]
    case(
        form,
        f"a sparse file in the form {form}: data in the middle, holes around them",
        [[make(b"f", 32768, [*two, (32768, b"")]), F("after", "1")]],
        [F("f", dense(32768, two)), F("after", "1")],
    )
    many = [(offset * 2 * SEGMENT, bytes([65 + offset % 26]) * SEGMENT) for offset in range(60)]
    case(
        f"{form}-many-segments",
        f"sixty segments in the form {form}",
        [[make(b"f", 60 * 2 * SEGMENT, [*many, (60 * 2 * SEGMENT, b"")]), F("after", "1")]],
        [F("f", dense(60 * 2 * SEGMENT, many)), F("after", "1")],
    )
    case(
        f"{form}-hole",
        f"a file that is one hole, in the form {form}",
        [[make(b"f", 65536, [(65536, b"")]), F("after", "1")]],
        [F("f", bytes(65536)), F("after", "1")],
    )
    case(
        f"{form}-data-at-both-ends",
        f"no hole at either end, and a length that fills no block, in the form {form}",
        [[make(b"f", 9000, [(0, A), (8192, b"x" * 808)]), F("after", "1")]],
        [F("f", dense(9000, [(0, A), (8192, b"x" * 808)])), F("after", "1")],
    )

    case(
        f"{form}-hole-at-the-end",
        f"a last hole that only the file's size tells of, in the form {form}",
        [[make(b"f", 32768, two), F("after", "1")]],
        [F("f", dense(32768, two)), F("after", "1")],
        reading="GNU tar ends a map with an empty segment at the end of the file, and its reader trusts that alone; Go and libarchive trust the size.",
    )

case(
    "hard-link",
    "a hard link to a sparse file",
    [[pax10(b"f", 8192, [(4096, A), (8192, b"")]), H("g", "f")]],
    group(F("f", dense(8192, [(4096, A)])), "g"),
)
case(
    "large",
    "a file of 4 MiB in two blocks of an archive",
    [[old(b"f", 4 << 20, [((4 << 20) - SEGMENT, Z)])]],
    [F("f", dense(4 << 20, [((4 << 20) - SEGMENT, Z)]))],
)
case("empty", "a sparse file without content", [[old(b"f", 0, []), pax10(b"g", 0, [])]], [F("f"), F("g")])
case("overlap", "segments that overlap are refused", [[pax10(b"f", 8192, [(0, A + A), (SEGMENT, Z)])]])
case(
    "backwards",
    "segments that are not in order are refused",
    [[pax01(b"f", 8192, [(4096, A), (0, Z)])]],
    [F("f", dense(8192, [(0, Z), (4096, A)]))],
    or_refused=True,
    reading="No writer makes it. What must not happen is another content.",
)
case("outside", "a segment behind the file's end is refused", [[old(b"f", 4096, [(8192, A)])]])
case("too-little-data", "a map of more than what is stored is refused", [[pax01(b"f", 8192, [(0, A)], map="0,1024")]])
case("count-too-large", "a map that says more segments than it has is refused", [[pax10(b"f", 8192, [(0, A)], count=1000)]])
case("not-a-number", "a map with letters is refused", [[pax01(b"f", 8192, [(0, A)], map="0,5x2")]])
case("odd-map", "a map with half a segment is refused", [[pax01(b"f", 8192, [(0, A)], map="0,512,1024")]])
case(
    "unknown-version",
    "a sparse version that does not exist is not read as a plain file",
    [
        [
            Raw(
                pax(
                    [
                        ("GNU.sparse.major", "9"),
                        ("GNU.sparse.minor", "9"),
                        ("GNU.sparse.name", "f"),
                        ("GNU.sparse.realsize", "8192"),
                    ]
                ),
                header(b"GNUSparseFile.0/f", b"0", size=SEGMENT),
                A,
            )
        ]
    ],
    reading="Its content is not that of the file.",
)
case(
    "name-in-record",
    "the name of a sparse file is that of its record, also with a path record beside it",
    [
        [
            Raw(
                pax(
                    [
                        ("path", "GNUSparseFile.0/f"),
                        ("GNU.sparse.major", "1"),
                        ("GNU.sparse.minor", "0"),
                        ("GNU.sparse.name", "f"),
                        ("GNU.sparse.realsize", "512"),
                    ]
                ),
                header(b"x", b"0", size=1024),
                pad(b"1\n0\n512\n"),
                A,
            )
        ]
    ],
    [F("f", A)],
)
