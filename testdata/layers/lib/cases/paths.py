"""How names become paths, and symbolic links on the way."""
from ..entries import D, F, H, L, Raw, group, header, implied, pad
from .model import COMPATIBILITY, LOSS, SECURITY, SPEC_ENTRIES, Category

case = Category("paths", rule="4.1.3", source=SPEC_ENTRIES, severity=COMPATIBILITY).apply
FOLLOWED = "The specification is silent; docker, containerd and podman follow links among the parents, inside the root."


def named(entry, name):
    """An entry whose name in the archive is spelled differently."""
    return entry.but(header={"name": name})


case(
    "leading-dot", "names that begin with ./", [[named(D("d"), b"./d/"), named(F("d/f", "1"), b"./d/f")]], [D("d"), F("d/f", "1")]
)
case(
    "leading-slash",
    "names that begin with a slash are below the root directory of the tree",
    [[named(D("d"), b"/d/"), named(F("d/f", "1"), b"/d/f")]],
    [D("d"), F("d/f", "1")],
)
case(
    "many-slashes",
    "slashes repeated, and dots between them",
    [[named(D("d"), b"//d//"), named(F("d/f", "1"), b".//.//d/.//./f")]],
    [D("d"), F("d/f", "1")],
)
case("directory-without-slash", "a directory's name without a slash", [[named(D("d"), b"d"), F("d/f")]], [D("d"), F("d/f")])
case(
    "link-target-spelling",
    "a hard link's target is spelled as freely as a name",
    [[F("a", "1"), H("b", "./a"), H("c", "/a"), H("d", ".//./a")]],
    group(F("a", "1"), "b", "c", "d"),
)
case(
    "dot-dot-inside",
    "a name with .. that stays inside the tree",
    [[D("d"), named(F("f", "1"), b"d/../f")]],
    [D("d"), F("f", "1")],
    or_refused=True,
    reading="No tool writes it. Both are accepted: to refuse it, and to resolve it by name.",
)
case(
    "through-a-relative-link",
    "a symbolic link among the parents is followed",
    [[D("usr"), D("usr/lib"), L("lib", "usr/lib")], [F("lib/x", "1")]],
    [D("usr"), D("usr/lib", unjudged=("time",)), F("usr/lib/x", "1"), L("lib", "usr/lib")],
    reading=FOLLOWED,
)
case(
    "through-an-absolute-link",
    "an absolute symbolic link among the parents begins at the root of the tree",
    [[D("usr"), D("usr/lib"), L("lib", "/usr/lib")], [F("lib/x", "1")]],
    [D("usr"), D("usr/lib", unjudged=("time",)), F("usr/lib/x", "1"), L("lib", "/usr/lib")],
    reading=FOLLOWED,
)
case(
    "through-a-link-of-the-same-layer",
    "a symbolic link that the layer itself made is followed too",
    [[D("usr"), D("usr/lib"), L("lib", "usr/lib"), F("lib/x", "1")]],
    [D("usr"), D("usr/lib", unjudged=("time",)), F("usr/lib/x", "1"), L("lib", "usr/lib")],
    reading=FOLLOWED,
)
case(
    "through-a-link-upwards",
    "a symbolic link that climbs out ends at the root of the tree",
    [[D("a"), D("t"), L("a/l", "../../../../t")], [F("a/l/x", "1")]],
    [D("a", unjudged=("time",)), D("t", unjudged=("time",)), F("t/x", "1"), L("a/l", "../../../../t")],
    or_refused=True,
    reading=FOLLOWED + " To refuse it is accepted.",
    severity=SECURITY,
)
case(
    "through-two-links",
    "a symbolic link to a symbolic link",
    [[D("t"), L("m", "t"), L("l", "m")], [F("l/x", "1")]],
    [D("t", unjudged=("time",)), F("t/x", "1"), L("m", "t"), L("l", "m")],
    reading=FOLLOWED,
)
case(
    "through-a-dangling-link",
    "a symbolic link to a directory that does not exist: the directory is made inside the root",
    [[L("l", "/t/u")], [F("l/x", "1")]],
    [L("l", "/t/u"), implied("t"), implied("t/u"), F("t/u/x", "1")],
    or_refused=True,
    reading="The specification is silent. To refuse it is accepted.",
)
case(
    "through-a-loop",
    "symbolic links that lead to each other are refused",
    [[L("a", "b"), L("b", "a"), F("a/x")]],
    reading="No tree is meant.",
)
case(
    "link-to-a-file",
    "an entry below a symbolic link to a file is refused",
    [[F("f", "1"), L("l", "f"), F("l/x")]],
    reading="No tree is meant.",
)
case(
    "last-name-is-not-followed",
    "the last name is never followed, whatever the link leads to",
    [[D("t"), F("f", "old"), L("a", "t"), L("b", "f"), L("c", "t")], [F("a", "1"), F("b", "2"), D("c", 0o700)]],
    [D("t"), F("f", "old"), F("a", "1"), F("b", "2"), D("c", 0o700)],
    severity=LOSS,
)
case(
    "link-replaced-by-a-directory",
    "files after an entry that made a link a directory are in that directory",
    [[D("usr"), L("lib", "usr")], [D("lib"), F("lib/x")]],
    [D("usr"), D("lib"), F("lib/x")],
    severity=LOSS,
)
case(
    "dots-in-names",
    "names of dots are names",
    [[F("..."), F("..a"), F("a.."), D(".d"), F(".d/..x")]],
    [F("..."), F("..a"), F("a.."), D(".d"), F(".d/..x")],
)
case(
    "empty-name",
    "an entry without a name makes no file",
    [[Raw(header(b"", b"0", size=1), pad(b"x")), F("a")]],
    [F("a")],
    or_refused=True,
    reading="No file is meant; it must not become the root directory.",
)
case(
    "hundred-levels",
    "a path of a hundred directories, without entries",
    [[F("/".join("abcdefghij"[i % 10] for i in range(100)), "1")]],
    [
        *(implied("/".join("abcdefghij"[i % 10] for i in range(n))) for n in range(1, 100)),
        F("/".join("abcdefghij"[i % 10] for i in range(100)), "1"),
    ],
)
