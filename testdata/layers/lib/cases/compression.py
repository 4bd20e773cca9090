"""Compressed layers. The streams hold stored blocks, so that their bytes need no compressor to be the same for ever."""
import struct
import zlib

from ..entries import D, F, archive
from .model import COMPATIBILITY, LOSS, SPEC, Category

MEDIA_TYPES = SPEC + "#gzip-media-types"
GZIP = "https://www.rfc-editor.org/rfc/rfc1952"
ZSTD = "https://www.rfc-editor.org/rfc/rfc8878"

case = Category("compression", rule="4.1.2", source=[MEDIA_TYPES, GZIP], severity=COMPATIBILITY).apply
NODES = [D("d"), F("d/f", b"content\n" * 200)]
TAR = archive(NODES)


def gzip(data, flags=0, more=b"", crc=None, size=None):
    """One member of a gzip stream."""
    blocks = [data[i : i + 65535] for i in range(0, len(data), 65535)] or [b""]
    body = b"".join(
        struct.pack("<BHH", i == len(blocks) - 1, len(block), len(block) ^ 0xFFFF) + block for i, block in enumerate(blocks)
    )
    head = b"\x1f\x8b\x08" + bytes([flags]) + bytes(5) + b"\xff" + more
    if flags & 2:
        head += struct.pack("<H", zlib.crc32(head) & 0xFFFF)
    return head + body + struct.pack("<II", zlib.crc32(data) if crc is None else crc, len(data) if size is None else size)


def zstd(data, sized=True):
    """One frame of a zstd stream: single segment with its size, or a window without."""
    blocks = [data[i : i + 1000] for i in range(0, len(data), 1000)] or [b""]
    head = b"\xa0" + struct.pack("<I", len(data)) if sized else b"\x00\x58"
    body = b"".join((len(block) << 3 | (i == len(blocks) - 1)).to_bytes(3, "little") + block for i, block in enumerate(blocks))
    return b"\x28\xb5\x2f\xfd" + head + body


def skippable(data, number=0):
    return struct.pack("<II", 0x184D2A50 + number, len(data)) + data


case("gzip", "a layer packed with gzip", [gzip(TAR)], NODES)
case(
    "gzip-fields",
    "gzip with all the header fields there are",
    [gzip(TAR, flags=0x1E, more=b"\x04\x00ab\x00\x00" + b"layer.tar\0" + b"a comment\0")],
    NODES,
)
case("gzip-members", "gzip in three members, an empty one among them", [gzip(TAR[:1000]) + gzip(b"") + gzip(TAR[1000:])], NODES)
case("gzip-wrong-checksum", "gzip with a wrong checksum is refused", [gzip(TAR, crc=0)], severity=LOSS)
case("gzip-wrong-size", "gzip with a wrong size at its end is refused", [gzip(TAR, size=1)], severity=LOSS)
case(
    "gzip-truncated",
    "gzip that ends before its checksum is refused, also when the archive is whole",
    [gzip(TAR)[:-8]],
    severity=LOSS,
)
case("gzip-truncated-content", "gzip that ends inside the archive is refused", [gzip(TAR)[:1000]], severity=LOSS)
case(
    "gzip-garbage",
    "bytes after a gzip stream are no part of it",
    [gzip(TAR) + b"garbage"],
    NODES,
    or_refused=True,
    reading="RFC 1952 is silent; gzip(1) warns. Both are accepted.",
)
case(
    "gzip-in-a-chain",
    "packed and plain layers in one chain",
    [[F("a", "1")], gzip(archive([F("b", "2")])), zstd(archive([F("c", "3")]))],
    [F("a", "1"), F("b", "2"), F("c", "3")],
    source=[MEDIA_TYPES, GZIP, ZSTD],
)

zst = Category("compression", rule="4.1.2", source=[SPEC + "#zstd-media-types", ZSTD], severity=COMPATIBILITY).apply

zst("zstd", "a layer packed with zstd", [zstd(TAR)], NODES)
zst("zstd-without-size", "zstd without the content's size in its frame", [zstd(TAR, sized=False)], NODES)
zst(
    "zstd-frames",
    "zstd in two frames, with skippable ones before, between and after",
    [skippable(b"metadata") + zstd(TAR[:1000]) + skippable(b"", 15) + zstd(TAR[1000:], sized=False) + skippable(b"x" * 100, 3)],
    NODES,
)
zst("zstd-truncated", "zstd that ends inside a block is refused", [zstd(TAR)[:-100]], severity=LOSS)
zst(
    "zstd-wrong-size",
    "zstd with less content than its frame says is refused",
    [zstd(TAR)[:5] + struct.pack("<I", len(TAR) + 5) + zstd(TAR)[9:]],
    severity=LOSS,
)
