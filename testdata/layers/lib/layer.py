"""What a layer makes of a tree, without a file system: the judge of what tools write. It reads with Python's tarfile.

For layers that tools make, not for hostile ones. It follows the specification's words: whiteouts hit what was there before and nothing of the
layer itself, a directory keeps its children, all else replaces.
"""
import base64
import hashlib
import struct
import tarfile
from urllib.parse import unquote_to_bytes

from . import tree

TYPES = {
    tarfile.REGTYPE: "file",
    tarfile.AREGTYPE: "file",
    tarfile.CONTTYPE: "file",
    tarfile.GNUTYPE_SPARSE: "file",
    tarfile.DIRTYPE: "dir",
    tarfile.SYMTYPE: "link",
    tarfile.CHRTYPE: "char",
    tarfile.BLKTYPE: "block",
    tarfile.FIFOTYPE: "fifo",
    tarfile.LNKTYPE: "hardlink",
}
ACL_TAGS = {
    ("user", False): 0x01,
    ("user", True): 0x02,
    ("group", False): 0x04,
    ("group", True): 0x08,
    ("mask", False): 0x10,
    ("other", False): 0x20,
}


class LayerError(Exception):
    """A layer that is not well formed."""


def to_bytes(text):
    return text.encode("utf-8", "surrogateescape")


def clean(name):
    parts = [part for part in to_bytes(name).split(b"/") if part not in (b"", b".")]
    if b".." in parts:
        raise LayerError(f"a path with ..: {name!r}")
    return b"/".join(parts) or b"."


def entries_of(path):
    """The layer's entries: (path, type, fields, hard link's target)."""
    try:
        with tarfile.open(path, encoding="utf-8", errors="surrogateescape") as archive:
            for member in archive:
                if member.type not in TYPES:
                    raise LayerError(f"an entry of type {member.type!r}: {member.name!r}")
                kind = TYPES[member.type]
                target = clean(member.linkname) if kind == "hardlink" else None
                yield clean(member.name), kind, fields_of(archive, member, kind), target
    except (tarfile.TarError, OSError, EOFError, ValueError) as e:
        raise LayerError(str(e)) from e


def fields_of(archive, member, kind):
    fields = {"type": kind, "uid": str(member.uid), "gid": str(member.gid), "time": time_of(member)}
    if kind != "link":
        fields["mode"] = f"{member.mode & 0o7777:04o}"
    if kind == "file":
        content = archive.extractfile(member).read()
        fields["size"] = str(len(content))
        fields["sha256"] = hashlib.sha256(content).hexdigest()
    if kind == "link":
        fields["link"] = to_bytes(member.linkname)
    if kind in ("char", "block"):
        fields["device"] = f"{member.devmajor},{member.devminor}"
    for key, value in member.pax_headers.items():
        if key.startswith("SCHILY.xattr."):
            fields[b"xattr." + to_bytes(key[13:])] = to_bytes(value).hex()
        elif key.startswith("LIBARCHIVE.xattr."):
            fields[b"xattr." + unquote_to_bytes(key[17:])] = base64.b64decode(value + "=" * (-len(value) % 4)).hex()
        elif key in ("SCHILY.acl.access", "SCHILY.acl.default"):
            acl = acl_of(value)
            if key.endswith("default") or len(acl) > 4 + 3 * 8:
                fields[b"xattr.system.posix_acl_" + key[11:].encode()] = acl.hex()
    for name in tree.HOST_XATTRS:
        fields.pop(b"xattr." + name, None)
    return fields


def time_of(member):
    """tarfile's own is a float, which has no nanoseconds."""
    text = member.pax_headers.get("mtime")
    if text is None:
        return f"{int(member.mtime)}.000000000"
    sign = -1 if text.startswith("-") else 1
    seconds, _, fraction = text.lstrip("-").partition(".")
    return tree.format_time(sign * (int(seconds) * tree.NANO + int((fraction + "0" * 9)[:9])))


def acl_of(text):
    """The kernel's form of a list's text (acl(5)); a fourth field is the number of a name."""
    items = []
    for entry in text.replace("\n", ",").split(","):
        words = entry.split("#")[0].strip().split(":")
        if words == [""]:
            continue
        tag, qualifier, permissions, *number = words
        if qualifier and not number and not qualifier.isdigit():
            continue  # a name of the machine that made the archive
        bits = sum({"r": 4, "w": 2, "x": 1}.get(letter, 0) for letter in permissions)
        items.append((ACL_TAGS[tag, bool(qualifier)], bits, int((number or [qualifier])[0]) if qualifier else 0xFFFFFFFF))
    return struct.pack("<I", 2) + b"".join(
        struct.pack("<HHI", tag, bits, number) for tag, bits, number in sorted(items, key=lambda item: (item[0], item[2]))
    )


def digest_content(lower):
    """A tree with content as one with digests."""
    result = {}
    for path, fields in lower.items():
        fields = dict(fields)
        if fields["type"] == "file" and "sha256" not in fields:
            content = bytearray(int(fields["size"]))
            for offset, data in fields.pop("data", ()):
                content[offset : offset + len(data)] = data
            fields["sha256"] = hashlib.sha256(content).hexdigest()
        result[path] = fields
    return result


def apply(lower, path):
    """The tree that the layer makes of a tree. Returns it and the layer's paths, whiteouts with their prefix."""
    files = files_of(digest_content(lower))
    before = dict(files)
    entries = list(entries_of(path))
    for name, _, _, _ in entries:
        white_out(files, name)
    for name, kind, fields, target in entries:
        if not name.rpartition(b"/")[2].startswith(b".wh."):
            add(files, before, name, kind, fields, target)
    return tree_of(files), {name for name, _, _, _ in entries}


def files_of(lower):
    """Paths to files: one object for all the names of a file."""
    files, groups = {}, {}
    for path, fields in lower.items():
        group = fields.get("hardlink")
        own = {key: value for key, value in fields.items() if key != "hardlink"}
        files[path] = own if group is None else groups.setdefault(group, own)
    return files


def tree_of(files):
    names = {}
    for path, file in files.items():
        names.setdefault(id(file), []).append(path)
    result = {path: dict(file) for path, file in files.items()}
    for paths in names.values():
        for path in paths if len(paths) > 1 else ():
            result[path]["hardlink"] = min(paths)
    return result


def white_out(files, name):
    directory, _, last = name.rpartition(b"/")
    if last == b".wh..wh..opq":
        remove_below(files, directory or b".")
    elif last.startswith(b".wh."):
        hidden = (directory + b"/" if directory else b"") + last[4:]
        files.pop(hidden, None)
        remove_below(files, hidden)


def remove_below(files, directory):
    for path in [path for path in files if path != b"." and (directory == b"." or path.startswith(directory + b"/"))]:
        del files[path]


def add(files, before, name, kind, fields, target):
    parent = name.rpartition(b"/")[0]
    while parent and parent not in files:
        files[parent] = {"type": "dir", "mode": "0755", "uid": "0", "gid": "0", "time": tree.format_time(0)}
        parent = parent.rpartition(b"/")[0]
    if parent and files[parent]["type"] != "dir":
        raise LayerError(f"an entry below what is not a directory: {tree.escape(name)}")
    if kind == "hardlink":
        file = files.get(target, before.get(target))
        if file is None or file["type"] == "dir":
            raise LayerError(f"a hard link without a target: {tree.escape(name)} to {tree.escape(target)}")
        # One file has one metadata: that of its last entry. Attributes that the entry does not repeat stay.
        file.update(
            {key: value for key, value in fields.items() if key != "type" and not (file["type"] == "link" and key == "mode")}
        )
        fields = file
    if fields["type"] != "dir" or name in files and files[name]["type"] != "dir":
        remove_below(files, name)
    files[name] = fields
