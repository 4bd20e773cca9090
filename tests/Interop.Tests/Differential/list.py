# list.py DIR ARCHIVE...: the entries that Python's tarfile sees, in the format of testdata/tree.pl but in the archive's order and as the
# archive says: a hard link is an entry of type "hardlink" whose content is its target. Those of the first archive go to DIR/0.list, of the
# second to DIR/1.list; beside it 0.exit is 0, or 1 if 0.out says what was not to its liking.
import hashlib
import sys
import tarfile

TYPES = {
    tarfile.REGTYPE: "file", tarfile.AREGTYPE: "file", tarfile.CONTTYPE: "file", tarfile.GNUTYPE_SPARSE: "file",
    tarfile.LNKTYPE: "hardlink", tarfile.SYMTYPE: "symlink", tarfile.CHRTYPE: "char", tarfile.BLKTYPE: "block",
    tarfile.DIRTYPE: "dir", tarfile.FIFOTYPE: "fifo",
}


def escape(data):
    return "".join(chr(b) if 0x21 <= b <= 0x7E and b != 0x5C else f"\\{b:03o}" for b in data)


def raw(text):
    return text.encode("utf-8", "surrogateescape")


def mtime(entry):
    # The float of tarfile has no nanoseconds; the record's own text has.
    text = entry.pax_headers.get("mtime")
    if text is None:
        return f"{int(entry.mtime)}.000000000"
    whole, _, fraction = text.lstrip("-").partition(".")
    total = int(whole) * 10**9 + int((fraction + "0" * 9)[:9])
    if text.startswith("-"):
        total = -total - (1 if fraction[9:].strip("0") else 0)
    return f"{total // 10**9}.{total % 10**9:09d}"


def content(archive, entry, kind):
    if kind == "file":
        digest = hashlib.sha256()
        stream = archive.extractfile(entry)
        while block := stream.read(1 << 20):
            digest.update(block)
        return digest.hexdigest()
    if kind in ("symlink", "hardlink"):
        return escape(raw(entry.linkname))
    if kind in ("char", "block"):
        return f"{entry.devmajor}:{entry.devminor}"
    return "-"


def xattrs(entry):
    prefix = "SCHILY.xattr."
    found = sorted(
        f"{escape(raw(key[len(prefix):]))}={raw(value).hex()}" for key, value in entry.pax_headers.items() if key.startswith(prefix))
    return ",".join(found) or "-"


def lines(path):
    # The bytes of names survive as surrogates.
    with tarfile.open(path, "r:", encoding="utf-8", errors="surrogateescape") as archive:
        for entry in archive:
            kind = TYPES.get(entry.type, "type" + escape(entry.type))
            fields = (
                escape(raw(entry.name)), kind, f"{entry.mode & 0o7777:04o}", f"{entry.uid}:{entry.gid}", mtime(entry),
                entry.size if kind == "file" else "-", content(archive, entry, kind), "-", xattrs(entry))
            yield "\t".join(map(str, fields)) + "\n"


def write(name, text):
    with open(name, "w", encoding="ascii", errors="backslashreplace") as file:
        file.write(text)


for number, path in enumerate(sys.argv[2:]):
    out = f"{sys.argv[1]}/{number}"
    refusal = ""
    listed = []
    try:
        listed.extend(lines(path))
    except Exception as error:  # what it does not take, it says in many ways
        refusal = f"{type(error).__name__}: {error}"
    write(f"{out}.list", "".join(listed))
    write(f"{out}.out", refusal)
    write(f"{out}.exit", "1" if refusal else "0")
