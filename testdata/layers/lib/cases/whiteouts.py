"""Whiteouts, opaque whiteouts, and what aufs left in old layers."""
from ..entries import B, C, D, F, H, L, O, P, W, group, implied
from .model import COMPATIBILITY, LOSS, SECURITY, SPEC_OPAQUE, SPEC_WHITEOUTS, Category

case = Category("whiteouts", rule="4.1.7", source=SPEC_WHITEOUTS, severity=LOSS).apply

AB = [D("d"), F("d/a", "a"), F("d/b", "b")]

case("file", "a whiteout removes a file of a lower layer", [AB, [D("d"), W("d/a")]], [D("d"), F("d/b", "b")])
case("file-in-the-root", "a whiteout removes a file in the root directory", [[F("a"), F("b")], [W("a")]], [F("b")])
case(
    "directory",
    "a whiteout removes a lower directory with all that is in it",
    [[D("d"), D("d/e"), F("d/e/f"), D("x")], [W("d")]],
    [D("x")],
)
case(
    "symbolic-link",
    "a whiteout of a symbolic link removes the link and not its target",
    [[D("d"), F("d/a"), L("l", "d"), L("f", "d/a")], [W("l"), W("f")]],
    [D("d"), F("d/a")],
)
case("dangling-link", "a whiteout removes a symbolic link that leads nowhere", [[L("l", "nowhere"), F("a")], [W("l")]], [F("a")])
case(
    "one-name-of-a-hard-link",
    "a whiteout of one name of a file leaves the others",
    [[F("a", "1"), H("b", "a"), H("c", "a")], [W("a")]],
    group(F("b", "1"), "c"),
)
case(
    "fifo-and-devices",
    "a whiteout removes what is neither file nor directory",
    [[P("p"), C("c", 1, 3), B("b", 7, 0), F("a")], [W("p"), W("c"), W("b")]],
    [F("a")],
)
case(
    "before-a-new-file",
    "a file that the layer replaces and whites out stays, the whiteout standing first",
    [AB, [D("d"), W("d/a"), F("d/a", "new")]],
    [D("d"), F("d/a", "new"), F("d/b", "b")],
)
case(
    "after-a-new-file",
    "a file that the layer replaces and whites out stays, the whiteout standing last",
    [AB, [D("d"), F("d/a", "new"), W("d/a")]],
    [D("d"), F("d/a", "new"), F("d/b", "b")],
)
case(
    "before-a-new-directory",
    "a directory made anew after its whiteout has nothing of the old one",
    [AB, [W("d"), D("d", 0o700), F("d/c")]],
    [D("d", 0o700), F("d/c")],
)
case(
    "after-a-new-directory",
    "a directory made anew before its whiteout has nothing of the old one",
    [AB, [D("d", 0o700), F("d/c"), W("d")]],
    [D("d", 0o700), F("d/c")],
)
case(
    "between-the-new-entries",
    "a whiteout between the entries of a new directory touches neither side",
    [AB, [D("d"), F("d/0"), W("d"), F("d/c")]],
    [D("d"), F("d/0"), F("d/c")],
)
case(
    "directory-to-file",
    "a directory whited out and made a file, in either order",
    [[D("d"), F("d/a"), D("e"), F("e/a")], [W("d"), F("d"), F("e"), W("e")]],
    [F("d"), F("e")],
)
case(
    "of-nothing",
    "a whiteout of a name that no lower layer has leaves no trace",
    [[D("d"), F("d/a")], [D("d"), W("d/nothing"), W("nothing")]],
    [D("d"), F("d/a")],
)
case(
    "in-a-base-layer",
    "a whiteout in the lowest layer leaves no trace",
    [[D("d"), F("d/a"), W("d/nothing"), W("x")]],
    [D("d"), F("d/a")],
)
case(
    "in-a-missing-directory",
    "a whiteout in a directory that does not exist leaves no whiteout behind",
    [[F("a")], [W("d/e/x")]],
    [F("a")],
    also=[[F("a"), implied("d"), implied("d/e")]],
    reading="Whether the directories above such a whiteout are made is left open: both are accepted.",
)
case(
    "below-a-replaced-directory",
    "whiteouts below a directory that the layer makes a file are heeded by the file alone",
    [[D("d"), F("d/a"), F("d/b")], [F("d", "file"), W("d/a"), W("d/b")]],
    [F("d", "file")],
    severity=COMPATIBILITY,
    reading="umoci writes such layers.",
    source=[SPEC_WHITEOUTS, "https://github.com/opencontainers/umoci"],
)
case(
    "with-content",
    "a whiteout that is not empty is a whiteout",
    [AB, [D("d"), W("d/a", data=b"text")]],
    [D("d"), F("d/b", "b")],
    or_refused=True,
    reading="The specification says that a whiteout is an empty file.",
)
case(
    "as-directory",
    "a directory by the name of a whiteout does not stay in the tree",
    [AB, [D("d"), D("d/.wh.a")]],
    [D("d"), F("d/b", "b")],
    or_refused=True,
    reading="The specification says that a whiteout is an empty file.",
)
case(
    "as-link",
    "a link by the name of a whiteout does not stay in the tree",
    [AB, [D("d"), L("d/.wh.a", "b"), H("d/.wh.b", "d/a")]],
    [D("d")],
    or_refused=True,
    reading="The specification says that a whiteout is an empty file.",
)
case(
    "without-a-name",
    "a whiteout of the empty name is refused",
    [AB, [D("d"), F("d/.wh.")]],
    reading="The specification demands a name; containerd reads it as a whiteout of the directory itself.",
)
case(
    "of-dot",
    "a whiteout of . is refused",
    [AB, [D("d"), F("d/.wh..")]],
    severity=SECURITY,
    reading="No file can be called so; read naively it is the directory itself.",
)
case(
    "below-a-whiteout",
    "an entry below a whiteout is refused",
    [AB, [F(".wh.d/x")]],
    [D("d"), F("d/a", "a"), F("d/b", "b")],
    or_refused=True,
    reading="No rule gives it a meaning; that no .wh. file stays is what matters.",
)
case(
    "through-a-link",
    "a whiteout below a symbolic link to a directory removes a file of that directory",
    [[D("d"), F("d/a"), F("d/b"), L("l", "d")], [W("l/a")]],
    [D("d", unjudged=("time",)), F("d/b"), L("l", "d")],
    reading="The specification is silent; docker and containerd follow links among the parents, inside the root.",
)
case(
    "and-back-in-a-third-layer",
    "a name can go in one layer and come back in the next",
    [AB, [W("d")], [D("d", 0o711), F("d/b", "2")]],
    [D("d", 0o711), F("d/b", "2")],
)
case("twice", "the same whiteout twice is one", [AB, [D("d"), W("d/a"), W("d/a")]], [D("d"), F("d/b", "b")])
case("in-two-layers", "a whiteout of what is gone already", [AB, [D("d"), W("d/a")], [D("d"), W("d/a")]], [D("d"), F("d/b", "b")])
case(
    "odd-names",
    "a whiteout takes any bytes as a name",
    [
        [D("d"), F(b"d/\xff\xfe"), F("d/a\nb"), F("d/ "), F("d/\\"), F("d/x")],
        [D("d"), W(b"d/\xff\xfe"), W("d/a\nb"), W("d/ "), W("d/\\")],
    ],
    [D("d"), F("d/x")],
)
case(
    "longest-name",
    "a whiteout of a name of 251 bytes, the longest that can have one",
    [[D("d"), F(b"d/" + b"n" * 251), F("d/x")], [D("d"), W(b"d/" + b"n" * 251)]],
    [D("d"), F("d/x")],
)
case(
    "look-alikes",
    "names that only resemble whiteouts are files",
    [[F(".wh"), F(".whiteout"), F("x.wh.y"), F("wh.x"), F("y"), F(".WH.y")]],
    [F(".wh"), F(".whiteout"), F("x.wh.y"), F("wh.x"), F("y"), F(".WH.y")],
)
case(
    "keeps-the-directory",
    "a whiteout leaves the metadata of its directory alone: mode, owner, xattr and time",
    [[D("d", 0o2750, uid=7, gid=8, xattrs={"user.x": b"1"}), F("d/a")], [W("d/a")]],
    [D("d", 0o2750, uid=7, gid=8, xattrs={"user.x": b"1"})],
    reading="The specification says nothing of a directory that has no entry.",
)
case("all-files", "whiteouts of all that a directory holds leave it empty", [AB, [D("d"), W("d/a"), W("d/b")]], [D("d")])
case(
    "trailing-slash",
    "a whiteout written with a trailing slash",
    [AB, [D("d"), D("d/.wh.a/")]],
    [D("d"), F("d/b", "b")],
    or_refused=True,
    reading="The specification says that a whiteout is an empty file.",
)

opaque = Category("opaque", rule="4.1.7", source=SPEC_OPAQUE, severity=LOSS).apply

LOWER = [D("d"), F("d/a"), D("d/s"), F("d/s/old"), F("x")]

opaque(
    "first",
    "an opaque whiteout hides all siblings of lower layers, standing before the new ones",
    [LOWER, [D("d"), O("d"), F("d/new")]],
    [D("d"), F("d/new"), F("x")],
)
opaque(
    "last",
    "an opaque whiteout keeps the siblings of its own layer, standing after them",
    [LOWER, [D("d"), F("d/new"), D("d/t"), F("d/t/1"), O("d")]],
    [D("d"), F("d/new"), D("d/t"), F("d/t/1"), F("x")],
)
opaque(
    "in-the-middle",
    "an opaque whiteout among the new siblings",
    [LOWER, [D("d"), F("d/0"), O("d"), F("d/1")]],
    [D("d"), F("d/0"), F("d/1"), F("x")],
)
opaque(
    "hides-subdirectories",
    "a subdirectory made anew in an opaque directory has nothing of the old one",
    [LOWER, [D("d"), O("d"), D("d/s", 0o700), F("d/s/new")]],
    [D("d"), D("d/s", 0o700), F("d/s/new"), F("x")],
)
opaque(
    "hides-subdirectories-first",
    "the same with the new subdirectory before the opaque whiteout",
    [LOWER, [D("d"), D("d/s", 0o700), F("d/s/new"), O("d")]],
    [D("d"), D("d/s", 0o700), F("d/s/new"), F("x")],
)
opaque(
    "replaced-file",
    "a file made anew in an opaque directory is the new one",
    [LOWER, [D("d"), F("d/a", "new"), O("d")]],
    [D("d"), F("d/a", "new"), F("x")],
)
opaque("root", "an opaque whiteout in the root directory hides everything", [LOWER, [O(""), F("new")]], [F("new")])
opaque(
    "root-last",
    "an opaque whiteout in the root directory keeps what its layer has",
    [LOWER, [D("d"), F("d/new"), O("")]],
    [D("d"), F("d/new")],
)
opaque("empty", "an opaque whiteout alone empties a directory", [LOWER, [D("d"), O("d")]], [D("d"), F("x")])
opaque(
    "in-a-new-directory",
    "an opaque whiteout in a directory that is new hides nothing",
    [LOWER, [D("e"), O("e"), F("e/1")]],
    [*LOWER, D("e"), F("e/1")],
)
opaque(
    "in-a-base-layer", "an opaque whiteout in the lowest layer leaves no trace", [[D("d"), O("d"), F("d/a")]], [D("d"), F("d/a")]
)
opaque(
    "over-a-file",
    "an opaque directory where a lower layer has a file",
    [[F("d", "file")], [D("d"), O("d"), F("d/a")]],
    [D("d"), F("d/a")],
)
opaque(
    "over-a-link",
    "an opaque directory where a lower layer has a symbolic link leaves the link's target alone",
    [[D("t"), F("t/a"), L("d", "t")], [D("d"), O("d"), F("d/b")]],
    [D("t"), F("t/a"), D("d"), F("d/b")],
)
opaque(
    "with-whiteouts",
    "whiteouts beside an opaque whiteout say nothing more",
    [LOWER, [D("d"), O("d"), W("d/a"), W("d/zz"), F("d/1")]],
    [D("d"), F("d/1"), F("x")],
)
opaque(
    "then-another-layer",
    "a layer above an opaque directory adds to it",
    [LOWER, [D("d"), O("d"), F("d/1")], [D("d"), F("d/2")]],
    [D("d"), F("d/1"), F("d/2"), F("x")],
)
opaque(
    "two-layers",
    "only the last of two opaque layers counts",
    [LOWER, [D("d"), O("d"), F("d/1")], [D("d"), F("d/2"), O("d")]],
    [D("d"), F("d/2"), F("x")],
)
opaque(
    "without-a-directory-entry",
    "an opaque whiteout without an entry for its directory leaves the directory's metadata",
    [[D("d", 0o750, uid=3), F("d/a")], [O("d"), F("d/b")]],
    [D("d", 0o750, uid=3, unjudged=("time",)), F("d/b")],
    reading="The specification says nothing of a directory that has no entry.",
)
opaque(
    "in-a-missing-directory",
    "an opaque whiteout in a directory that does not exist leaves no whiteout behind",
    [[F("a")], [O("d/e")]],
    [F("a")],
    also=[[F("a"), implied("d"), implied("d/e")]],
    reading="Whether the directories above such a whiteout are made is left open: both are accepted.",
)
opaque(
    "nested",
    "opaque directories in each other",
    [[D("d"), F("d/a"), D("d/s"), F("d/s/old"), D("e"), F("e/a")], [D("d"), D("d/s"), O("d/s"), F("d/s/1"), O("d"), D("e")]],
    [D("d"), D("d/s"), F("d/s/1"), D("e"), F("e/a")],
)
opaque(
    "is-no-file",
    "a file that begins like an opaque whiteout is not one, and no file either",
    [LOWER, [D("d"), F("d/.wh..wh.opqx")]],
    LOWER,
    or_refused=True,
    reading="Names that begin with .wh. are reserved, those with .wh..wh. for aufs.",
)

aufs = Category("aufs", rule="4.1.7", source="https://aufs.sourceforge.net/aufs.html", severity=COMPATIBILITY).apply

aufs(
    "bookkeeping",
    "what aufs keeps for itself at the root does not show",
    [[F("a"), F(".wh..wh.aufs", mode=0o444), D(".wh..wh.plnk", 0o700), D(".wh..wh.orph", 0o700), F("b")]],
    [F("a"), F("b")],
    reading="Docker made such layers on aufs, and skips these names.",
)
aufs(
    "linked-file",
    "a file in aufs's directory of links can be the target of hard links",
    [[D(".wh..wh.plnk", 0o700), F(".wh..wh.plnk/123.456", "1"), H("a", ".wh..wh.plnk/123.456"), H("b", ".wh..wh.plnk/123.456")]],
    group(F("a", "1"), "b"),
    reading="Docker made such layers on aufs, and reads them.",
)
aufs(
    "below-bookkeeping",
    "files below aufs's directories do not show",
    [[F("a"), D(".wh..wh.orph"), F(".wh..wh.orph/x"), F(".wh..wh.orph/y")]],
    [F("a")],
    reading="Docker made such layers on aufs, and skips these names.",
)
