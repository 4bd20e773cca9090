"""What takes the place of what: changes of type, duplicates, directories without an entry."""
from ..entries import B, C, D, F, H, L, P, group, implied
from .model import COMPATIBILITY, LOSS, SECURITY, SPEC_APPLYING, SPEC_CHANGES, SPEC_ENTRIES, Category

case = Category("replacements", rule="4.1.5", source=SPEC_APPLYING, severity=LOSS).apply

case(
    "directory-over-directory",
    "a directory over a directory keeps the children and takes the entry's metadata",
    [[D("d", 0o700, uid=1, gid=2), F("d/a")], [D("d", 0o1777, uid=3, gid=4)]],
    [D("d", 0o1777, uid=3, gid=4), F("d/a")],
)
case(
    "directory-loses-xattrs",
    "a directory over a directory has only the xattrs of its entry",
    [[D("d", xattrs={"user.a": b"1", "user.b": b"1"})], [D("d", xattrs={"user.b": b"2"})]],
    [D("d", xattrs={"user.b": b"2"})],
    reading="The specification says that an existing directory takes the entry's attributes; that those not in it go is our reading.",
)
case("directory-over-file", "a directory takes a file's place", [[F("x", "1")], [D("x"), F("x/a")]], [D("x"), F("x/a")])
case(
    "directory-over-link",
    "a directory takes a symbolic link's place, and not that of the link's target",
    [[D("t", 0o700), F("t/a"), L("x", "t")], [D("x"), F("x/b")]],
    [D("t", 0o700), F("t/a"), D("x"), F("x/b")],
    source=[SPEC_APPLYING, SPEC_ENTRIES],
)
case(
    "directory-over-dangling-link",
    "a directory takes the place of a link that leads nowhere",
    [[L("x", "nowhere")], [D("x")]],
    [D("x")],
)
case(
    "file-over-file",
    "a file takes a file's place, with all its metadata",
    [[F("x", "long content", mode=0o4755, uid=9, xattrs={"user.x": b"1"})], [F("x", "short")]],
    [F("x", "short")],
)
case(
    "file-over-directory",
    "a file takes a directory's place with all that is in it",
    [[D("x"), D("x/y"), F("x/y/z")], [F("x", "1")]],
    [F("x", "1")],
)
case(
    "file-over-link",
    "a file takes a symbolic link's place; nothing is written through the link",
    [[F("t", "old"), L("x", "t")], [F("x", "new")]],
    [F("t", "old"), F("x", "new")],
)
case(
    "file-over-hard-link",
    "a file that takes one name of a hard link leaves the other's content",
    [[F("a", "old"), H("b", "a")], [F("b", "new")]],
    [F("a", "old"), F("b", "new")],
)
case("file-over-fifo", "a file takes a FIFO's place; nobody waits for a reader", [[P("x")], [F("x", "1")]], [F("x", "1")])
case(
    "link-over-directory",
    "a symbolic link takes a directory's place with all that is in it",
    [[D("x"), F("x/a"), D("t")], [L("x", "t")]],
    [L("x", "t"), D("t")],
)
case("link-over-link", "a symbolic link takes another's place", [[L("x", "a")], [L("x", "b")]], [L("x", "b")])
case("link-over-file", "a symbolic link takes a file's place", [[F("x", "1"), F("t")], [L("x", "t")]], [L("x", "t"), F("t")])
case(
    "hard-link-over-file",
    "a hard link takes a file's place",
    [[F("a", "1"), F("b", "2")], [F("a", "1"), H("b", "a")]],
    group(F("a", "1"), "b"),
)
case(
    "hard-link-over-directory",
    "a hard link takes a directory's place",
    [[D("b"), F("b/x")], [F("a", "1"), H("b", "a")]],
    group(F("a", "1"), "b"),
)
case(
    "devices",
    "devices and FIFOs take each other's places",
    [[C("a", 1, 3), P("b"), F("c")], [P("a"), B("b", 7, 1), C("c", 5, 1)]],
    [P("a"), B("b", 7, 1), C("c", 5, 1)],
)
case(
    "there-and-back",
    "a name that is file, directory and file again in three layers",
    [[F("x", "1")], [D("x"), F("x/a")], [F("x", "2")]],
    [F("x", "2")],
)
case(
    "there-and-back-directory",
    "a directory that was a file in between has nothing of the first",
    [[D("x"), F("x/a")], [F("x")], [D("x"), F("x/b")]],
    [D("x"), F("x/b")],
)

duplicates = Category("duplicates", rule="4.1.6", source=SPEC_CHANGES, severity=COMPATIBILITY).apply
LAST = "The specification forbids duplicates; where they are, tar's rule is that the last one wins."

duplicates(
    "file", "of two files with one name the last wins", [[F("a", "1", mode=0o600), F("a", "2")]], [F("a", "2")], reading=LAST
)
duplicates(
    "directory",
    "of two entries for a directory the last wins, and what is in it stays",
    [[D("d", 0o700), F("d/a"), D("d", 0o750, uid=5)]],
    [D("d", 0o750, uid=5), F("d/a")],
    reading=LAST,
)
duplicates(
    "file-then-directory",
    "a directory after a file of the same name and layer",
    [[F("x"), D("x"), F("x/a")]],
    [D("x"), F("x/a")],
    reading=LAST,
)
duplicates(
    "directory-then-file",
    "a file after a directory of the same name and layer",
    [[D("x"), F("x/a"), F("x", "1")]],
    [F("x", "1")],
    reading=LAST,
)
duplicates(
    "file-then-directory-over-a-directory",
    "a directory that was a file before in its layer hides the lower directory",
    [[D("x"), F("x/old")], [F("x"), D("x"), F("x/new")]],
    [D("x"), F("x/new")],
    reading=LAST,
)
duplicates(
    "link-then-file",
    "a file after a symbolic link of the same name is not written through it",
    [[F("t", "old"), L("x", "t"), F("x", "new")]],
    [F("t", "old"), F("x", "new")],
    reading=LAST,
    severity=SECURITY,
)
duplicates(
    "other-spelling",
    "two spellings of one name are one name",
    [[F("./a", "1"), F("a", "2"), F("/b", "1"), F(".//b", "2")]],
    [F("a", "2"), F("b", "2")],
    reading=LAST,
)
duplicates(
    "keeps-a-linked-name",
    "a file made again leaves a hard link to the first",
    [[F("a", "1"), H("b", "a"), F("a", "2")]],
    [F("a", "2"), F("b", "1")],
    reading=LAST,
)

parents = Category("implied", rule="4.1.4", source=SPEC_CHANGES, severity=COMPATIBILITY).apply
SILENT = "The specification does not say what a directory without an entry is like."

parents(
    "missing",
    "directories without an entry are made, 0755 and root's",
    [[F("a/b/c", "1")]],
    [implied("a"), implied("a/b"), F("a/b/c", "1")],
    reading=SILENT,
)
parents(
    "time-zero",
    "directories without an entry are the same on each run: their time is 0",
    [[F("a/b", "1")]],
    [D("a", time=0), F("a/b", "1")],
    reading=SILENT + " Any other time makes two runs differ.",
)
parents(
    "exists-below",
    "a directory that a lower layer has and this one has no entry for keeps mode, owner and xattrs",
    [[D("d", 0o1770, uid=5, gid=6, xattrs={"user.x": b"1"})], [F("d/a")]],
    [D("d", 0o1770, uid=5, gid=6, xattrs={"user.x": b"1"}, unjudged=("time",)), F("d/a")],
    severity=LOSS,
    reading=SILENT + " A tar laid over it changes nothing.",
)
parents(
    "exists-below-time",
    "a directory that a lower layer has and this one has no entry for keeps its time",
    [[D("d")], [F("d/a")]],
    [D("d"), F("d/a")],
    reading=SILENT + " The time it has is that of its entry.",
)
parents(
    "entry-after-children",
    "an entry after those of its children gives the directory its metadata",
    [[F("d/a"), D("d", 0o710, uid=4)]],
    [D("d", 0o710, uid=4), F("d/a")],
    severity=LOSS,
)
parents(
    "entry-in-a-later-layer",
    "an entry in a layer above gives the directory its metadata",
    [[F("d/a")], [D("d", 0o700, uid=4)]],
    [D("d", 0o700, uid=4), F("d/a")],
    severity=LOSS,
)
parents(
    "setgid",
    "a directory without an entry takes nothing from a setgid directory",
    [[D("d", 0o2775, gid=50), F("d/e/f")]],
    [D("d", 0o2775, gid=50), implied("d/e"), F("d/e/f")],
    reading=SILENT,
)
parents(
    "of-a-directory",
    "an empty directory without its parents",
    [[D("a/b/c", 0o700)]],
    [implied("a"), implied("a/b"), D("a/b/c", 0o700)],
    reading=SILENT,
)
parents(
    "of-a-link",
    "a symbolic link and a hard link without their parents",
    [[F("a/f", "1"), L("b/l", "../a/f"), H("c/h", "a/f")]],
    [implied("a"), implied("b"), implied("c"), *group(F("a/f", "1"), "c/h"), L("b/l", "../a/f")],
    reading=SILENT,
)
parents(
    "below-a-file",
    "an entry below a file of the same layer is refused",
    [[F("x", "1"), F("x/a")]],
    reading="No tree is meant. To replace the file loses it, to skip the entry loses that.",
    severity=LOSS,
)
parents(
    "below-a-lower-file",
    "an entry below a file of a lower layer is refused",
    [[F("x", "1")], [F("x/a")]],
    [implied("x"), F("x/a")],
    or_refused=True,
    reading="The layers do not belong together; a directory in the file's place is accepted too.",
)
parents(
    "below-a-fifo",
    "an entry below a FIFO is refused, and nobody waits",
    [[P("x"), F("x/a")]],
    reading="No tree is meant.",
    severity=LOSS,
)
parents(
    "between-other-entries",
    "a directory's files need not stand together",
    [[D("a"), D("b"), F("a/1"), F("b/1"), F("a/2"), F("b/2")]],
    [D("a"), D("b"), F("a/1"), F("b/1"), F("a/2"), F("b/2")],
    severity=LOSS,
)
parents(
    "locked",
    "a directory without any permission holds what its layer puts there",
    [[D("d", 0), F("d/a"), D("e", 0o500), F("e/a")]],
    [D("d", 0), F("d/a"), D("e", 0o500), F("e/a")],
    severity=LOSS,
)
