"""Hard links, in a layer and to the layers below."""
from ..entries import NANO, TIME, C, D, F, H, L, O, P, W, capability, group
from .model import COMPATIBILITY, LOSS, SPEC_HARDLINKS, Category

case = Category("hardlinks", rule="4.1.8", source=SPEC_HARDLINKS, severity=LOSS).apply
TO_LOWER = "https://github.com/opencontainers/image-spec/issues/1204"

case(
    "in-one-layer",
    "names of one file are one file",
    [[F("a", "1"), H("b", "a"), D("d"), H("d/c", "a")]],
    [D("d"), *group(F("a", "1"), "b", "d/c")],
)
case(
    "to-a-link-entry",
    "a hard link to a name that is a hard link itself",
    [[F("a", "1"), H("b", "a"), H("c", "b")]],
    group(F("a", "1"), "b", "c"),
)
case(
    "to-a-symbolic-link",
    "a hard link to a symbolic link is a second name of the link",
    [[F("t", "1"), L("l", "t"), H("m", "l")]],
    [F("t", "1"), *group(L("l", "t"), "m")],
    reading="POSIX leaves it to the system; Linux has hard links to symbolic links, and following would change the tree.",
)
case(
    "to-a-dangling-link",
    "a hard link to a symbolic link that leads nowhere",
    [[L("l", "nowhere"), H("m", "l")]],
    group(L("l", "nowhere"), "m"),
)
case(
    "to-fifo-and-device",
    "hard links to what is no regular file",
    [[P("p"), H("q", "p"), C("c", 1, 3), H("d", "c")]],
    [*group(P("p"), "q"), *group(C("c", 1, 3), "d")],
)
case(
    "to-a-lower-file",
    "a hard link to a file of a lower layer makes one file of both names",
    [[F("a", "1", mode=0o640, uid=3)], [H("b", "a", mode=0o640, uid=3)]],
    group(F("a", "1", mode=0o640, uid=3), "b"),
    source=[SPEC_HARDLINKS, TO_LOWER],
)
case(
    "to-a-lower-group",
    "a hard link to a lower file that has two names already makes a third",
    [[F("a", "1"), H("b", "a")], [H("c", "b")]],
    group(F("a", "1"), "b", "c"),
    source=[SPEC_HARDLINKS, TO_LOWER],
)
case(
    "to-a-lower-symbolic-link",
    "a hard link to a symbolic link of a lower layer",
    [[L("l", "t")], [H("m", "l")]],
    group(L("l", "t"), "m"),
    source=[SPEC_HARDLINKS, TO_LOWER],
)
case(
    "to-a-whited-out-file",
    "a hard link to a lower file that the same layer deletes keeps its content: a rename",
    [[F("a", "1"), F("x")], [H("b", "a"), W("a")]],
    [F("b", "1"), F("x")],
    source=[SPEC_HARDLINKS, TO_LOWER],
    reading="Whiteouts apply to the lower layers, whose file is the target; in this order every reader can do it.",
)
case(
    "after-the-whiteout",
    "the same with the whiteout standing before the link",
    [[F("a", "1"), F("x")], [W("a"), H("b", "a")]],
    [F("b", "1"), F("x")],
    or_refused=True,
    source=[SPEC_HARDLINKS, TO_LOWER],
    reading="A reader that deletes at once has no target left: to refuse it is accepted.",
)
case(
    "two-layers-down",
    "a hard link to a file that the layer below does not mention",
    [[F("a", "1")], [F("x")], [H("b", "a")]],
    [F("x"), *group(F("a", "1"), "b")],
    source=[SPEC_HARDLINKS, TO_LOWER],
)
case(
    "to-the-layers-own-file",
    "a hard link to a name that the layer replaced leads to the new file",
    [[F("a", "old")], [F("a", "new"), H("b", "a")]],
    group(F("a", "new"), "b"),
)
case(
    "through-a-parent-link",
    "a hard link's target may be below a symbolic link",
    [[D("d"), F("d/f", "1"), L("l", "d"), H("h", "l/f")]],
    [D("d"), L("l", "d"), *group(F("d/f", "1"), "h")],
    reading="Symbolic links among the parents are followed inside the root, as for names.",
)
case(
    "to-a-later-file",
    "a hard link before its target is refused",
    [[H("b", "a"), F("a", "1")]],
    reading="A tar is read once, front to back.",
    severity=COMPATIBILITY,
)
case("to-nothing", "a hard link to a name that does not exist is refused", [[F("x"), H("b", "a")]])
case(
    "to-nothing-beside-a-layer",
    "a hard link to a file that a layer between has deleted is refused",
    [[F("a", "1"), F("x")], [W("a")], [H("b", "a")]],
)
case("to-a-directory", "a hard link to a directory is refused", [[D("d"), H("e", "d")]])
case(
    "to-itself",
    "a hard link to its own name changes nothing",
    [[F("a", "1")], [H("a", "a")]],
    [F("a", "1")],
    or_refused=True,
    reading="No tool writes it; that it must not delete the file is what matters.",
)
case(
    "with-a-size",
    "a hard link's size is not that of data behind it",
    [[F("a", "12345"), H("b", "a", header={"size": 5}), F("c", "3")]],
    [F("c", "3"), *group(F("a", "12345"), "b")],
    severity=COMPATIBILITY,
    or_refused=True,
    source="https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html",
    reading="Old tars repeat the file's size; POSIX ustar says that no data follow. With pax, data may follow, but no layer has them.",
)
case(
    "metadata",
    "the metadata of the last name is that of the file",
    [[F("a", "1", mode=0o600, uid=1), H("b", "a", mode=0o644, uid=2, gid=3, time=(TIME + 5) * NANO)]],
    group(F("a", "1", mode=0o644, uid=2, gid=3, time=(TIME + 5) * NANO), "b"),
    or_refused=True,
    reading="No tool writes names that differ; one file has one metadata.",
    severity=COMPATIBILITY,
)
case(
    "keeps-xattrs",
    "a hard link without xattrs leaves those of the file, capabilities too",
    [[F("a", "1", mode=0o755, xattrs={"user.x": b"1", "security.capability": capability(1 << 10)}), H("b", "a", mode=0o755)]],
    group(F("a", "1", mode=0o755, xattrs={"user.x": b"1", "security.capability": capability(1 << 10)}), "b"),
)
case(
    "keeps-setuid",
    "a hard link of a setuid file",
    [[F("a", "1", mode=0o4755, uid=5), H("b", "a", mode=0o4755, uid=5)]],
    group(F("a", "1", mode=0o4755, uid=5), "b"),
)
case(
    "same-group-in-two-layers",
    "a group made again in a second layer has nothing of the first",
    [[F("a", "1"), H("b", "a")], [F("a", "2"), H("b", "a")]],
    group(F("a", "2"), "b"),
)
case(
    "one-name-replaced",
    "a layer that replaces one name leaves the other",
    [[F("a", "1"), H("b", "a"), H("c", "a")], [F("b", "2")]],
    [F("b", "2"), *group(F("a", "1"), "c")],
)
case(
    "one-name-changed",
    "a layer that changes one name's mode has both names, and both are one file",
    [[F("a", "1"), H("b", "a")], [F("a", "1", mode=0o600), H("b", "a", mode=0o600)]],
    group(F("a", "1", mode=0o600), "b"),
)
case(
    "in-an-opaque-directory",
    "a hard link whose target is in an opaque directory leads to the layer's own file",
    [[D("d"), F("d/f", "old")], [D("d"), O("d"), F("d/f", "new"), H("g", "d/f")]],
    [D("d"), *group(F("d/f", "new"), "g")],
)
case(
    "many",
    "a file with fifty names",
    [[F("n00", "1"), *(H(f"n{i:02}", "n00") for i in range(1, 50))]],
    group(F("n00", "1"), *(f"n{i:02}" for i in range(1, 50))),
)
case("empty-file", "names of one empty file are one file", [[F("a"), H("b", "a")]], group(F("a"), "b"))
