"""Names that break what takes them for text."""
from ..entries import D, F, H, L, GNU, gnu_long, group
from .model import COMPATIBILITY, LOSS, SPEC_ATTRIBUTES, Category

case = Category("names", rule="4.1.10", source=SPEC_ATTRIBUTES, severity=LOSS).apply
N255 = b"n" * 255
DEEP = [
    b"/".join([b"%03d" % i + b"x" * 252 for i in range(n)]) for n in range(1, 17)
]  # the last has 4,095 bytes, PATH_MAX without its NUL


def gnu(entry):
    """An entry with GNU's long name."""
    name = entry.path + (b"/" if entry.kind == "dir" else b"")
    return entry.but(before=gnu_long(b"L", name), header={"magic": GNU, "name": name[:100]}, only_records=True)


def odd(name, title, *names, **details):
    """Files, directories and links of these names."""
    nodes = [D("d")]
    for item in names:
        item = item if isinstance(item, bytes) else item.encode()
        nodes += [F(b"d/" + item, b"file " + item), D(item), F(item + b"/f"), L(b"d/l" + item[:200], item)]
    case(name, title, [nodes], nodes, **details)


odd("not-utf8", "names that are not UTF-8", b"\xff", b"caf\xe9", b"\xc3", b"\xed\xa0\x80", b"\xf0\x9f\x98")
odd("latin1-and-utf8", "two names that look alike in two encodings", b"\xe9", b"\xc3\xa9")
odd("normal-forms", "two normal forms of one letter are two names", "\u00e9", "e\u0301")
odd("case", "names that differ in case only", "A", "a", "AA", "Aa")
odd("newline", "names with newlines", "a\nb", "\n", "a\n")
odd("spaces", "names with and of spaces and tabs", " ", "  ", " a", "a ", "\t", "a\tb")
odd("control", "names with control characters and escape sequences", "\x01", "\x1b[31mred", "\x7f", "\b")
odd(
    "shell",
    "names that a shell would take apart",
    "$HOME",
    "`id`",
    "*",
    "a;b",
    "'",
    '"',
    "a&b",
    "|",
    "(",
    "-rf",
    "--",
    "-",
    "~",
    "#",
    "!",
)
odd("backslash", "names with backslashes and percent signs", "\\", "\\n", "\\000", "%00", "a\\", "%s")
odd("separators", "names with what separates elsewhere", ":", "a:b", ",", "a=b", "=", "@", "\u2215")
odd("dots", "names of three dots and more", "...", "....", ". ", ".a.", "..b")
odd(
    "wide",
    "names outside of the basic plane, and right to left",
    "\U0001f4e6",
    "\u202eabc",
    "\u0000".replace("\0", "\u2400"),
    "\ufeff",
)
case(
    "longest",
    "a name of 255 bytes",
    [[D("d"), F(b"d/" + N255, "1"), D(N255[:254] + b"D"), L(N255[:254] + b"l", N255)]],
    [D("d"), F(b"d/" + N255, "1"), D(N255[:254] + b"D"), L(N255[:254] + b"l", N255)],
)
case("longest-not-utf8", "a name of 255 bytes that are not UTF-8", [[F(b"\xff" * 255, "1")]], [F(b"\xff" * 255, "1")])
case(
    "too-long",
    "a name of 256 bytes, which Linux does not have, is refused",
    [[F("a"), F(b"n" * 256, "1")]],
    severity=COMPATIBILITY,
)
case(
    "long-path-pax",
    "a path of 4,095 bytes, in PAX headers",
    [[*(D(path) for path in DEEP[:-1]), F(DEEP[-1], "1")]],
    [*(D(path) for path in DEEP[:-1]), F(DEEP[-1], "1")],
)
case(
    "long-path-gnu",
    "a path of 4,095 bytes, in GNU headers",
    [[*(gnu(D(path)) for path in DEEP[:-1]), gnu(F(DEEP[-1], "1"))]],
    [*(D(path) for path in DEEP[:-1]), F(DEEP[-1], "1")],
)
case(
    "path-over-4096",
    "a path longer than PATH_MAX, which no single call can name",
    [[*(D(path) for path in DEEP), F(DEEP[-1] + b"/" + N255, "1")]],
    [*(D(path) for path in DEEP), F(DEEP[-1] + b"/" + N255, "1")],
    or_refused=True,
    severity=COMPATIBILITY,
    reading="Linux can hold it, few programs can use it. To refuse it is accepted.",
)
case(
    "long-path-whiteout",
    "a whiteout deep down",
    [[*(D(path) for path in DEEP[:14]), F(DEEP[13] + b"/a"), F(DEEP[13] + b"/b")], [D(DEEP[13]), F(DEEP[13] + b"/.wh.a")]],
    [*(D(path, unjudged=("time",)) for path in DEEP[:14]), F(DEEP[13] + b"/b")],
)
case(
    "long-hard-link",
    "a hard link to a path of 4,095 bytes",
    [[*(D(path) for path in DEEP[:-1]), F(DEEP[-1], "1"), H("h", DEEP[-1])]],
    [*(D(path) for path in DEEP[:-1]), *group(F(DEEP[-1], "1"), "h")],
)
case("long-link-target", "a symbolic link to a path of 4,095 bytes", [[L("l", DEEP[-1])]], [L("l", DEEP[-1])])
case(
    "link-target-bytes",
    "symbolic links' targets are bytes and are kept as they are",
    [[L("a", b"\xff\xfe"), L("b", "a\nb"), L("c", "./../x//y/."), L("d", "/"), L("e", " "), L("f", "x/")]],
    [L("a", b"\xff\xfe"), L("b", "a\nb"), L("c", "./../x//y/."), L("d", "/"), L("e", " "), L("f", "x/")],
)
case(
    "hard-link-bytes",
    "hard links between odd names",
    [[F(b"\xff\n", "1"), H(b" \xfe", b"\xff\n")]],
    group(F(b"\xff\n", "1"), b" \xfe"),
)
