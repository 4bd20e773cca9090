"""Tar entries, as bytes of our own making: tarfile and tar(1) cannot write what the cases need.

Each function makes one Entry. It knows its bytes in an archive (`tar`) and its line in an expected tree (`node`), so that a case states
both in the same words. All paths are bytes or ASCII text.
"""
import base64
import hashlib
import struct

BLOCK = 512
NANO = 10**9
TIME = 1_600_000_000  # of everything that a case says nothing else about
USTAR = b"ustar\x0000"
GNU = b"ustar  \x00"
V7 = bytes(8)

KINDS = {"file": b"0", "hardlink": b"1", "link": b"2", "char": b"3", "block": b"4", "dir": b"5", "fifo": b"6"}


def to_bytes(text):
    return text if isinstance(text, bytes) else text.encode("ascii")


def pad(data):
    return data + bytes(-len(data) % BLOCK)


def octal(value, width):
    """Octal digits and a NUL; what does not fit is GNU's base-256."""
    if 0 <= value < 8 ** (width - 1):
        return b"%0*o\0" % (width - 1, value)
    return base256(value, width)


def base256(value, width):
    """GNU tar manual, "Storing numbers": the top bit, then a big-endian two's complement."""
    if value >= 0:
        return bytes([0x80]) + value.to_bytes(width - 1, "big")
    return value.to_bytes(width, "big", signed=True)


def header(
    name=b"",
    kind=b"0",
    mode=0o644,
    uid=0,
    gid=0,
    size=0,
    time=TIME,
    link=b"",
    magic=USTAR,
    uname=b"",
    gname=b"",
    device=(0, 0),
    prefix=b"",
    patches=(),
    signed=False,
):
    """One header block. Numbers may be given as bytes, which are taken as they are. `patches` are (offset, bytes) put over it; the checksum
    is that of the result (summed as signed bytes if asked), unless a patch is at its own place."""

    def number(value, width):
        return value.ljust(width, b"\0") if isinstance(value, bytes) else octal(value, width)

    block = bytearray(BLOCK)

    def put(offset, data):
        block[offset : offset + len(data)] = data

    put(0, to_bytes(name)[:100])
    put(100, number(mode, 8))
    put(108, number(uid, 8))
    put(116, number(gid, 8))
    put(124, number(size, 12))
    put(136, number(time, 12))
    put(148, b" " * 8)
    put(156, kind)
    put(157, to_bytes(link)[:100])
    put(257, magic)
    if magic != V7:
        put(265, to_bytes(uname))
        put(297, to_bytes(gname))
        put(329, number(device[0], 8))
        put(337, number(device[1], 8))
        put(345, to_bytes(prefix))
    for offset, data in patches:
        put(offset, data)
    if not any(148 <= offset < 156 for offset, _ in patches):
        total = sum(b - 256 if signed and b > 127 else b for b in block)
        put(148, b"%06o\0 " % total)
    return bytes(block)


def record(key, value):
    """One PAX record, "LENGTH KEY=VALUE\\n"; the length counts itself."""
    rest = b" " + to_bytes(key) + b"=" + to_bytes(value) + b"\n"
    length = len(rest)
    while length != len(rest) + len(str(length)):
        length = len(rest) + len(str(length))
    return str(length).encode() + rest


def pax(records, kind=b"x", name=b"PaxHeaders/x"):
    """An extension header with records: (key, value) pairs, or bytes that are taken as they are."""
    data = records if isinstance(records, bytes) else b"".join(record(key, value) for key, value in records)
    return header(name, kind, size=len(data), time=0) + pad(data)


def gnu_long(kind, text):
    """GNU's L (name) and K (link target) headers."""
    data = to_bytes(text) + b"\0"
    return header(b"././@LongLink", kind, mode=0, size=len(data), time=0, magic=GNU) + pad(data)


def decimal(nanoseconds):
    """A time as PAX writes it: decimal seconds with a sign."""
    sign, value = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    text = f"{value // NANO}.{value % NANO:09d}".rstrip("0").rstrip(".")
    return (sign + text).encode()


class Entry:
    """A file as an entry of a layer and as a line of a tree."""

    def __init__(self, kind, path, **fields):
        self.kind, self.path = kind, to_bytes(path)
        self.mode, self.uid, self.gid = 0o644, 0, 0
        self.time = TIME * NANO
        self.data = b""
        self.link = b""
        self.device = (0, 0)
        self.xattrs = {}
        self.records = []  # more PAX records
        self.only_records = False  # no PAX records but those
        self.header = {}  # more arguments of header()
        self.before = b""  # bytes that stand before the entry's own
        self.hardlink = None  # in a tree: the first path of its group
        self.unjudged = ()  # in a tree: fields to leave out
        self.any_xattrs = False
        self.set(fields)

    def set(self, fields):
        for key, value in fields.items():
            if not hasattr(self, key):
                raise TypeError(f"an entry has no {key}")
            setattr(self, key, value)

    def but(self, **fields):
        """A copy with other fields."""
        copy = Entry(self.kind, self.path)
        copy.__dict__.update(self.__dict__)
        copy.set(fields)
        copy.path, copy.link = to_bytes(copy.path), to_bytes(copy.link)
        return copy

    @property
    def tar(self):
        """The bytes in an archive: ustar, with a PAX header for what ustar cannot say."""
        path = self.path + (b"/" if self.kind == "dir" and self.path and not self.path.endswith(b"/") else b"")
        link = to_bytes(self.link)
        records = list(self.records) if self.only_records else self.needed_records(path, link)
        fields = {
            "kind": KINDS[self.kind],
            "mode": self.mode,
            "uid": self.uid if self.uid <= 0o7777777 else 0,
            "gid": self.gid if self.gid <= 0o7777777 else 0,
            "size": len(self.data),
            "link": link,
            "device": self.device,
            "time": max(0, min(self.time // NANO, 8**11 - 1)),
        }
        fields.update(self.header)
        name = fields.pop("name", path)
        return self.before + (pax(records) if records else b"") + header(name, **fields) + pad(self.data)

    def needed_records(self, path, link):
        """What does not fit the header."""
        records = []
        if len(path) > 100:
            records.append(("path", path))
        if len(link) > 100:
            records.append(("linkpath", link))
        for key, value in (("uid", self.uid), ("gid", self.gid)):
            if value > 0o7777777:
                records.append((key, str(value)))
        if self.time % NANO or not 0 <= self.time // NANO < 8**11:
            records.append(("mtime", decimal(self.time)))
        records += [(b"SCHILY.xattr." + to_bytes(name), value) for name, value in sorted(self.xattrs.items())]
        return records + list(self.records)

    @property
    def node(self):
        """The fields of its line in a tree (lib/tree.py)."""
        fields = {"type": self.kind, "mode": f"{self.mode & 0o7777:04o}", "uid": str(self.uid), "gid": str(self.gid)}
        if self.kind == "file":
            fields["size"] = str(len(self.data))
            fields["sha256"] = hashlib.sha256(self.data).hexdigest()
        if self.kind == "link":
            del fields["mode"]
        fields["time"] = f"{self.time // NANO}.{self.time % NANO:09d}"
        if self.kind == "link":
            fields["link"] = to_bytes(self.link)
        if self.kind in ("char", "block"):
            fields["device"] = f"{self.device[0]},{self.device[1]}"
        if self.hardlink is not None:
            fields["hardlink"] = to_bytes(self.hardlink)
        for key in self.unjudged:
            fields.pop(key, None)
        for name, value in self.xattrs.items():
            fields[b"xattr." + to_bytes(name)] = value.hex()
        if self.any_xattrs:
            fields["xattr.*"] = None
        return fields


class Raw:
    """Bytes of an archive that are no well-formed entry."""

    def __init__(self, *parts):
        self.tar = b"".join(part if isinstance(part, bytes) else part.tar for part in parts)


def D(path, mode=0o755, **fields):
    """A directory."""
    return Entry("dir", path, mode=mode, **fields)


def F(path, data="", **fields):
    """A regular file."""
    return Entry("file", path, data=to_bytes(data), **fields)


def L(path, target, mode=0o777, **fields):
    """A symbolic link."""
    return Entry("link", path, mode=mode, link=to_bytes(target), **fields)


def H(path, target, **fields):
    """A hard link."""
    return Entry("hardlink", path, link=to_bytes(target), **fields)


def P(path, **fields):
    """A FIFO."""
    return Entry("fifo", path, **fields)


def C(path, major, minor, **fields):
    """A character device."""
    return Entry("char", path, device=(major, minor), **fields)


def B(path, major, minor, **fields):
    """A block device."""
    return Entry("block", path, device=(major, minor), **fields)


def W(path, **fields):
    """A whiteout of a path."""
    directory, slash, name = to_bytes(path).rpartition(b"/")
    return F(directory + slash + b".wh." + name, **fields)


def O(path):
    """An opaque whiteout of a directory; "" is the root."""
    path = to_bytes(path)
    return F((path + b"/" if path else b"") + b".wh..wh..opq")


def group(first, *others):
    """Hard links of a tree: an entry and the other names of its file."""
    first_path = min(to_bytes(path) for path in (first.path, *others))
    return [first.but(path=path, hardlink=first_path) for path in (first.path, *others)]


def implied(path, **fields):
    """A directory that a layer has files in and no entry for. What time it has, no specification says."""
    return D(path, unjudged=("time",), **fields)


def archive(entries, end=bytes(2 * BLOCK)):
    """A whole tar."""
    return b"".join(entry if isinstance(entry, bytes) else entry.tar for entry in entries) + end


def acl(*entries):
    """The kernel's form of an access control list (linux/posix_acl_xattr.h); entries are (tag, permissions, id or None)."""
    tags = {"user": 0x01, "named-user": 0x02, "group": 0x04, "named-group": 0x08, "mask": 0x10, "other": 0x20}
    data = struct.pack("<I", 2)
    for tag, permissions, number in entries:
        data += struct.pack("<HHI", tags[tag], permissions, 0xFFFFFFFF if number is None else number)
    return data


def capability(permitted, root_id=None, effective=True):
    """security.capability: version 2, or version 3 with the root of a user namespace (linux/capability.h)."""
    magic = (0x02000000 if root_id is None else 0x03000000) | effective
    data = struct.pack("<IIIII", magic, permitted & 0xFFFFFFFF, 0, permitted >> 32, 0)
    return data if root_id is None else data + struct.pack("<I", root_id)


def libarchive_value(value):
    """The base64 of LIBARCHIVE.xattr records: without padding."""
    return base64.b64encode(value).rstrip(b"=")
