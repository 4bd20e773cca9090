"""Trees: listing a directory, reading and writing the listings, comparing two, making a directory from one.

The format is that of README.md, "Trees". In memory a tree is a dict from path to fields, a dict from keyword to text. Paths, link targets and
names of xattrs are bytes. Directories are entered by descriptor, one name at a time, so that neither long paths nor links matter.
"""
import hashlib
import os
import re
import stat

HEADER = "#layer-tree 1\n"
NANO = 10**9
KEYWORDS = ("type", "mode", "uid", "gid", "size", "sha256", "time", "link", "device", "hardlink")
PATH_KEYWORDS = ("link", "hardlink")
# What says something by being there: that it is missing from an expected tree means that it must not be there.
STRICT = ("hardlink",)
HOST_XATTRS = (b"security.selinux",)
TYPES = {
    stat.S_IFDIR: "dir",
    stat.S_IFREG: "file",
    stat.S_IFLNK: "link",
    stat.S_IFIFO: "fifo",
    stat.S_IFCHR: "char",
    stat.S_IFBLK: "block",
    stat.S_IFSOCK: "socket",
}


class TreeError(Exception):
    """A listing that is not well formed."""


def escape(data, more=b""):
    """Bytes as printable ASCII without space, backslash and `#`; other bytes are \\ooo."""
    special = b"\\#" + more
    return "".join(chr(b) if 0x21 <= b <= 0x7E and b not in special else f"\\{b:03o}" for b in data)


def unescape(text):
    return re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8)]), text.encode("ascii"))


def format_fields(fields):
    words = [f"{key}={escape(fields[key]) if key in PATH_KEYWORDS else fields[key]}" for key in KEYWORDS if key in fields]
    words += [f"data={offset}:{escape(data)}" for offset, data in fields.get("data", ())]
    words += [f"xattr.{escape(key[6:], b'=*')}={fields[key]}" for key in sorted(key for key in fields if isinstance(key, bytes))]
    return " ".join(words + (["xattr.*"] if "xattr.*" in fields else []))


def dumps(tree):
    """A tree as text."""
    lines = [f"{escape(path)} {format_fields(fields)}\n" for path, fields in sorted(tree.items())]
    return HEADER + "".join(lines)


def loads(text):
    """Text as a tree."""
    tree = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#")[0].split()
        if words:
            try:
                tree[unescape(words[0])] = parse_fields(words[1:])
            except (ValueError, KeyError) as e:
                raise TreeError(f"line {number}: {e}") from e
    return tree


def parse_fields(words):
    fields = {}
    for word in words:
        key, equals, value = word.partition("=")
        if key == "xattr.*":
            fields[key] = None
        elif key.startswith("xattr."):
            fields[b"xattr." + unescape(key[6:])] = value
        elif key == "data":
            offset, _, data = value.partition(":")
            fields.setdefault(key, []).append((int(offset), unescape(data)))
        elif key in KEYWORDS and equals:
            fields[key] = unescape(value) if key in PATH_KEYWORDS else value
        else:
            raise ValueError(f"unknown field {word}")
    return fields


def load(path):
    with open(path, encoding="ascii") as file:
        return loads(file.read())


def scan(directory):
    """Lists a directory."""
    tree, names = {}, {}
    top = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        tree[b"."] = describe(os.fstat(top), top, None)
        scan_into(top, b"", tree, names)
    finally:
        os.close(top)
    for paths in names.values():
        for path in paths if len(paths) > 1 else ():
            tree[path]["hardlink"] = min(paths)
    return tree


def scan_into(handle, prefix, tree, names):
    for name in sorted(os.fsencode(name) for name in os.listdir(handle)):
        path = prefix + name
        try:
            status = os.stat(name, dir_fd=handle, follow_symlinks=False)
        except FileNotFoundError:
            tree[path] = {"type": "ghost"}
            continue
        tree[path] = describe(status, handle, name)
        if stat.S_ISDIR(status.st_mode):
            child = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handle)
            try:
                scan_into(child, path + b"/", tree, names)
            finally:
                os.close(child)
        else:
            names.setdefault((status.st_dev, status.st_ino), []).append(path)


def describe(status, handle, name):
    kind = TYPES.get(stat.S_IFMT(status.st_mode), "unknown")
    fields = {"type": kind, "uid": str(status.st_uid), "gid": str(status.st_gid), "time": format_time(status.st_mtime_ns)}
    if kind != "link":
        fields["mode"] = f"{stat.S_IMODE(status.st_mode):04o}"
    if kind == "file":
        fields["size"] = str(status.st_size)
        fields["sha256"] = digest(handle, name)
    if kind == "link":
        fields["link"] = os.readlink(name, dir_fd=handle)
    if kind in ("char", "block"):
        fields["device"] = f"{os.major(status.st_rdev)},{os.minor(status.st_rdev)}"
    path = proc_path(handle, name)
    for xattr in os.listxattr(path, follow_symlinks=name is None):
        if os.fsencode(xattr) not in HOST_XATTRS:
            fields[b"xattr." + os.fsencode(xattr)] = os.getxattr(path, xattr, follow_symlinks=name is None).hex()
    return fields


def proc_path(handle, name):
    """A path for the calls that take no directory descriptor; it is as long as one name."""
    return b"/proc/self/fd/%d" % handle + (b"" if name is None else b"/" + name)


def format_time(nanoseconds):
    return f"{nanoseconds // NANO}.{nanoseconds % NANO:09d}"


def parse_time(text):
    seconds, _, fraction = text.partition(".")
    return int(seconds) * NANO + int((fraction + "0" * 9)[:9])


def digest(handle, name):
    sha256 = hashlib.sha256()
    with open(os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=handle), "rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            sha256.update(chunk)
    return sha256.hexdigest()


def compare(expected, actual):
    """What is different, as lines of text; none if the actual tree is as expected."""
    differences = []
    for path in sorted(expected.keys() | actual.keys()):
        if path not in actual:
            differences.append(f"missing: {escape(path)} ({expected[path]['type']})")
        elif path not in expected:
            differences.append(f"not expected: {escape(path)} ({actual[path]['type']})")
        else:
            differences += compare_fields(escape(path), expected[path], actual[path])
    return differences


def compare_fields(path, expected, actual):
    def show(key, value):
        return "none" if value is None else escape(value) if key in PATH_KEYWORDS else value

    keys = [key for key in KEYWORDS if key in expected or key in actual and key in STRICT]
    if expected["type"] != actual["type"]:
        keys = ["type"]
    xattrs = {
        key
        for key in expected.keys() | actual.keys()
        if isinstance(key, bytes) and (key in expected or "xattr.*" not in expected)
    }
    for key in keys + sorted(xattrs):
        if expected.get(key) != actual.get(key):
            yield f"{path}: {escape(key) if isinstance(key, bytes) else key} is {show(key, actual.get(key))}, expected {show(key, expected.get(key))}"


def build(tree, directory):
    """Makes what a listing says in an empty directory. A file's content are its `data` fields, with holes up to its size."""
    for path, fields in sorted(tree.items()):
        make(directory, path, fields, tree)
    finish_directories(tree, directory)


def make(directory, path, fields, tree):
    """Makes one path. A hard link's first name is its file."""
    if path == b".":
        return
    with Parent(directory, path) as (handle, name):
        first = fields.get("hardlink", path)
        kind = fields["type"]
        if first != path:
            with Parent(directory, first) as (source, source_name):
                os.link(source_name, name, src_dir_fd=source, dst_dir_fd=handle, follow_symlinks=False)
            return
        if kind == "dir":
            os.mkdir(name, 0o700, dir_fd=handle)
        elif kind == "file":
            with open(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=handle), "wb") as file:
                file.truncate(int(fields["size"]))
                for offset, data in fields.get("data", ()):
                    file.seek(offset)
                    file.write(data)
        elif kind == "link":
            os.symlink(fields["link"], name, dir_fd=handle)
        elif kind == "socket":
            os.mknod(name, 0o600 | stat.S_IFSOCK, dir_fd=handle)
        else:
            node = {"fifo": stat.S_IFIFO, "char": stat.S_IFCHR, "block": stat.S_IFBLK}[kind]
            device = os.makedev(*map(int, fields["device"].split(","))) if "device" in fields else 0
            os.mknod(name, 0o600 | node, device, dir_fd=handle)
        if kind != "dir":
            set_metadata(handle, name, fields)


def finish_directories(tree, directory):
    """Directories get their metadata last, deepest first."""
    for path, fields in sorted(tree.items(), reverse=True):
        if fields["type"] == "dir" and path != b".":
            with Parent(directory, path) as (handle, name):
                set_metadata(handle, name, fields)
    root = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        set_metadata(root, None, tree.get(b".", {}))
    finally:
        os.close(root)


def set_metadata(handle, name, fields):
    """In the order that keeps all of it: a change of owner clears capabilities and setuid."""
    path, follow = proc_path(handle, name), name is None
    if "uid" in fields:
        os.chown(path, int(fields["uid"]), int(fields["gid"]), follow_symlinks=follow)
    for key, value in fields.items():
        if isinstance(key, bytes):
            os.setxattr(path, key[6:], bytes.fromhex(value), follow_symlinks=follow)
    if "mode" in fields:
        os.chmod(path, int(fields["mode"], 8))
    if "time" in fields:
        time = parse_time(fields["time"])
        os.utime(path, ns=(time, time), follow_symlinks=follow)


class Parent:
    """The open directory that a path is in, and its last name."""

    def __init__(self, root, path):
        self.root, self.path = root, path

    def __enter__(self):
        *directories, name = self.path.split(b"/")
        self.handle = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        for directory in directories:
            child = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=self.handle)
            os.close(self.handle)
            self.handle = child
        return self.handle, name

    def __exit__(self, *_):
        os.close(self.handle)
