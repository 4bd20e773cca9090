"""Modes, owners, times, and the root directory."""
from ..entries import NANO, C, D, F, H, L, P, W, Raw, capability, group
from .model import LOSS, SECURITY, SPEC_ATTRIBUTES, SPEC_CHANGES, Category

case = Category("metadata", rule="4.1.11", source=SPEC_ATTRIBUTES, severity=LOSS).apply
RANGE = "File systems differ in what times they keep. Another time than the entry's is what must not be."

case(
    "modes",
    "all permission bits",
    [[F(f"f{mode:04o}", mode=mode) for mode in (0, 0o1, 0o644, 0o755, 0o777, 0o1777, 0o2755, 0o4755, 0o6711, 0o7777)]],
    [F(f"f{mode:04o}", mode=mode) for mode in (0, 0o1, 0o644, 0o755, 0o777, 0o1777, 0o2755, 0o4755, 0o6711, 0o7777)],
)
case(
    "directory-modes",
    "all permission bits of directories",
    [[D(f"d{mode:04o}", mode) for mode in (0, 0o111, 0o700, 0o1777, 0o2775, 0o4755, 0o7777)]],
    [D(f"d{mode:04o}", mode) for mode in (0, 0o111, 0o700, 0o1777, 0o2775, 0o4755, 0o7777)],
)
case(
    "setuid-and-owner",
    "a change of owner takes setuid off: it is set after it",
    [[F("f", "1", mode=0o6755, uid=1000, gid=1001), F("g", "1", mode=0o2755, gid=5)]],
    [F("f", "1", mode=0o6755, uid=1000, gid=1001), F("g", "1", mode=0o2755, gid=5)],
)
case(
    "setuid-and-capability",
    "setuid, an owner and capabilities together",
    [[F("f", "1", mode=0o4755, uid=7, xattrs={"security.capability": capability(1 << 12)})]],
    [F("f", "1", mode=0o4755, uid=7, xattrs={"security.capability": capability(1 << 12)})],
)
case(
    "owners",
    "owners of each type",
    [[F("f", uid=1, gid=2), D("d", uid=3, gid=4), L("l", "x", uid=5, gid=6), P("p", uid=7, gid=8), C("c", 1, 3, uid=9, gid=10)]],
    [F("f", uid=1, gid=2), D("d", uid=3, gid=4), L("l", "x", uid=5, gid=6), P("p", uid=7, gid=8), C("c", 1, 3, uid=9, gid=10)],
)
case(
    "large-owners",
    "owners over 16 and over 21 bits",
    [[F("a", uid=65534, gid=65535), F("b", uid=65536, gid=2097151), F("c", uid=2097152, gid=4294967294)]],
    [F("a", uid=65534, gid=65535), F("b", uid=65536, gid=2097151), F("c", uid=2097152, gid=4294967294)],
)
case(
    "setgid-directory",
    "what is in a setgid directory has the group of its entry",
    [[D("d", 0o2775, gid=50), F("d/f", "1"), D("d/e"), L("d/l", "f")]],
    [D("d", 0o2775, gid=50), F("d/f", "1"), D("d/e"), L("d/l", "f")],
)
case(
    "times",
    "times of each type",
    [
        [
            F("f", time=1 * NANO),
            D("d", time=2 * NANO),
            L("l", "x", time=3 * NANO),
            P("p", time=4 * NANO),
            C("c", 1, 3, time=5 * NANO),
        ]
    ],
    [
        F("f", time=1 * NANO),
        D("d", time=2 * NANO),
        L("l", "x", time=3 * NANO),
        P("p", time=4 * NANO),
        C("c", 1, 3, time=5 * NANO),
    ],
)
case(
    "time-zero",
    "the time 0 is a time",
    [[F("f", time=0), D("d", time=0), L("l", "x", time=0)]],
    [F("f", time=0), D("d", time=0), L("l", "x", time=0)],
)
case(
    "directory-times",
    "directories keep their times though files are put into them afterwards",
    [[D("a", time=1 * NANO), D("a/b", time=2 * NANO), D("a/b/c", time=3 * NANO), F("a/b/c/f"), F("a/b/f"), F("a/f")]],
    [D("a", time=1 * NANO), D("a/b", time=2 * NANO), D("a/b/c", time=3 * NANO), F("a/b/c/f"), F("a/b/f"), F("a/f")],
)
case(
    "directory-times-in-layers",
    "an entry in a second layer sets a directory's time, whatever the layer changes in it",
    [[D("d", time=1 * NANO), F("d/a"), F("d/b")], [D("d", time=2 * NANO), F("d/c"), W("d/a")]],
    [D("d", time=2 * NANO), F("d/b"), F("d/c")],
)
case(
    "directory-times-and-hard-links",
    "hard links leave directories their times",
    [[D("d", time=1 * NANO), F("d/a"), D("e", time=2 * NANO), F("e/x"), H("e/h", "d/a"), F("d/b", "2")]],
    [D("d", time=1 * NANO), D("e", time=2 * NANO), F("e/x"), *group(F("d/a"), "e/h"), F("d/b", "2")],
)
case(
    "times-of-2038",
    "times around the end of 32 bits",
    [
        [
            F("a", time=(2**31 - 1) * NANO),
            F("b", time=2**31 * NANO),
            F("c", time=(2**32) * NANO),
            F("d", time=(2**33 - 1) * NANO),
        ]
    ],
    [
        F("a", time=(2**31 - 1) * NANO),
        F("b", time=2**31 * NANO),
        F("c", time=(2**32) * NANO),
        F("d", time=(2**33 - 1) * NANO),
    ],
    or_refused=True,
    reading=RANGE,
)
case(
    "time-before-1901",
    "a time that few file systems keep is kept or refused",
    [[F("a", time=-(2**31 + 5) * NANO)]],
    [F("a", time=-(2**31 + 5) * NANO)],
    or_refused=True,
    reading=RANGE,
)
case(
    "time-after-2446",
    "a time that few file systems keep is kept or refused",
    [[F("a", time=2**35 * NANO)]],
    [F("a", time=2**35 * NANO)],
    or_refused=True,
    reading=RANGE,
)
case(
    "time-of-2262",
    "a time over 63 bits of nanoseconds",
    [[F("a", time=9_300_000_000 * NANO)]],
    [F("a", time=9_300_000_000 * NANO)],
    or_refused=True,
    reading=RANGE,
)
case(
    "changed-metadata-only",
    "a second layer that changes mode, owner and time of a file",
    [[F("f", "1")], [F("f", "1", mode=0o600, uid=5, gid=6, time=7 * NANO)]],
    [F("f", "1", mode=0o600, uid=5, gid=6, time=7 * NANO)],
)
case(
    "content",
    "files of 0, 1, 511, 512, 513 and 10,240 bytes",
    [[F(f"f{n}", bytes(i * 7 % 251 for i in range(n))) for n in (0, 1, 511, 512, 513, 10240)]],
    [F(f"f{n}", bytes(i * 7 % 251 for i in range(n))) for n in (0, 1, 511, 512, 513, 10240)],
)

root = Category("root", rule="4.1.3", source=SPEC_ATTRIBUTES, severity=LOSS).apply


def top(name=b"./", **fields):
    """An entry for the root directory."""
    return D(".", header={"name": name}, **fields)


ODD_ROOT = {"mode": 0o751, "uid": 11, "gid": 12, "time": 1_234_567_890 * NANO, "xattrs": {"user.root": b"1"}}
root(
    "dot-slash",
    "the entry ./ sets the metadata of the root directory",
    [[top(**ODD_ROOT), F("a"), D("d"), F("d/b")]],
    [D(".", **ODD_ROOT), F("a"), D("d"), F("d/b")],
)
root("dot", "the entry . without a slash does the same", [[top(b".", **ODD_ROOT), F("a")]], [D(".", **ODD_ROOT), F("a")])
root("slash", "the entry / does the same", [[top(b"/", **ODD_ROOT), F("a")]], [D(".", **ODD_ROOT), F("a")])
root(
    "nanoseconds",
    "the root's time to the nanosecond",
    [[top(time=1_234_567_890_123_456_789), F("a")]],
    [D(".", time=1_234_567_890_123_456_789), F("a")],
)
root(
    "last-entry",
    "an entry after all files",
    [[F("a"), D("d"), F("d/b"), top(**ODD_ROOT)]],
    [D(".", **ODD_ROOT), F("a"), D("d"), F("d/b")],
)
root(
    "upper-layer",
    "the uppermost layer's entry counts",
    [[top(mode=0o700, uid=1), F("a")], [top(**ODD_ROOT)]],
    [D(".", **ODD_ROOT), F("a")],
)
root(
    "no-upper-entry",
    "a layer without an entry for the root leaves its mode, owner and xattrs",
    [[top(**ODD_ROOT), F("a")], [F("b")]],
    [D(".", **ODD_ROOT, unjudged=("time",)), F("a"), F("b")],
)
root(
    "no-upper-entry-time",
    "a layer without an entry for the root leaves its time",
    [[top(**ODD_ROOT), F("a")], [F("b"), W("a")]],
    [D(".", **ODD_ROOT), F("b")],
    reading="The specification does not say what a directory without an entry is like.",
)
root(
    "loses-xattrs",
    "an entry without xattrs takes those of the lower layer's root",
    [[top(**ODD_ROOT)], [top(mode=0o711)]],
    [D(".", mode=0o711)],
    reading="The specification says that an existing directory takes the entry's attributes; that those not in it go is our reading.",
)
root(
    "not-named",
    "a root that no layer names is 0755 and root's",
    [[F("a")]],
    [D(".", unjudged=("time",)), F("a")],
    source=SPEC_CHANGES,
    reading="The specification does not say it; a runtime that finds 0700 cannot start a user's process.",
)
root(
    "is-a-file",
    "an entry that makes the root a file is refused",
    [[F("a"), Raw(F(".", "1").tar)]],
    severity=SECURITY,
    reading="No tree is meant.",
)
