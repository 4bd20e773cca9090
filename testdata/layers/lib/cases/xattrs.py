"""Extended attributes, access control lists, capabilities, and what overlayfs would believe."""
from ..entries import D, F, H, L, P, acl, capability, group, libarchive_value
from .model import (
    ACL_5,
    CAPABILITIES_7,
    COMPATIBILITY,
    LIBARCHIVE_TAR,
    LOSS,
    OVERLAYFS,
    SECURITY,
    SPEC_ATTRIBUTES,
    XATTR_7,
    Category,
)

case = Category("xattrs", rule="4.1.13", source=SPEC_ATTRIBUTES, severity=LOSS).apply


def records(entry, *more):
    """An entry whose attributes are in the archive in another form than SCHILY.xattr."""
    return entry.but(records=more, only_records=True)


NET_BIND = capability(1 << 10)
BINARY = bytes(range(256))
ANY_ROOT = D(".", unjudged=("mode", "uid", "gid", "time"), any_xattrs=True)

case(
    "user",
    "user attributes of a file and a directory",
    [[F("f", "1", xattrs={"user.a": b"1", "user.b": b"two"}), D("d", xattrs={"user.c": b"3"})]],
    [F("f", "1", xattrs={"user.a": b"1", "user.b": b"two"}), D("d", xattrs={"user.c": b"3"})],
)
case(
    "binary",
    "a value of all bytes, newline, NUL and = among them",
    [[F("f", xattrs={"user.x": BINARY})]],
    [F("f", xattrs={"user.x": BINARY})],
)
case(
    "newline-first",
    "a value that begins and ends with a newline",
    [[F("f", xattrs={"user.x": b"\na=b\n\n"})]],
    [F("f", xattrs={"user.x": b"\na=b\n\n"})],
)
case(
    "empty-value",
    "an empty value is a value",
    [[F("f", xattrs={"user.x": b""})]],
    [F("f", xattrs={"user.x": b""})],
    reading="POSIX takes an empty record for the withdrawal of an earlier one; an attribute can be empty, and GNU tar writes it so.",
)
case("large-value", "a value of 2,000 bytes", [[F("f", xattrs={"user.x": BINARY * 8})]], [F("f", xattrs={"user.x": BINARY * 8})])
case(
    "many",
    "fifty attributes of one file",
    [[F("f", xattrs={f"user.n{i:02}": b"%d" % i for i in range(50)})]],
    [F("f", xattrs={f"user.n{i:02}": b"%d" % i for i in range(50)})],
)
case(
    "odd-name",
    "a name with a space, a percent sign and bytes that are not UTF-8",
    [[F("f", xattrs={b"user.a b%20\xff": b"1"})]],
    [F("f", xattrs={b"user.a b%20\xff": b"1"})],
)
case(
    "libarchive",
    "libarchive's form: the value in base64",
    [[records(F("f", xattrs={"user.x": BINARY}), ("LIBARCHIVE.xattr.user.x", libarchive_value(BINARY)))]],
    [F("f", xattrs={"user.x": BINARY})],
    source=LIBARCHIVE_TAR,
    severity=COMPATIBILITY,
)
case(
    "libarchive-name",
    "libarchive's form: the name with escapes",
    [[records(F("f", xattrs={b"user.a=b \xff": b"1"}), (b"LIBARCHIVE.xattr.user.a%3Db%20%FF", libarchive_value(b"1")))]],
    [F("f", xattrs={b"user.a=b \xff": b"1"})],
    source=LIBARCHIVE_TAR,
    severity=COMPATIBILITY,
)
case(
    "both-forms",
    "libarchive writes each attribute in both forms",
    [
        [
            records(
                F("f", xattrs={"user.x": BINARY}),
                ("SCHILY.xattr.user.x", BINARY),
                ("LIBARCHIVE.xattr.user.x", libarchive_value(BINARY)),
            )
        ]
    ],
    [F("f", xattrs={"user.x": BINARY})],
    source=LIBARCHIVE_TAR,
)
case(
    "on-a-hard-link",
    "attributes that only a hard link's entry has",
    [[F("a", "1"), H("b", "a", xattrs={"user.x": b"1"})]],
    group(F("a", "1", xattrs={"user.x": b"1"}), "b"),
    also=[group(F("a", "1"), "b")],
    reading="No tool writes names that differ; both are accepted.",
)
case(
    "user-on-a-link",
    "a user attribute of a symbolic link, which Linux does not have, does not stop the layer",
    [[L("l", "x", xattrs={"user.x": b"1"}), P("p", xattrs={"user.x": b"1"}), F("f", "1")]],
    [L("l", "x"), P("p"), F("f", "1")],
    or_refused=True,
    source=XATTR_7,
    severity=COMPATIBILITY,
    reading="To leave it out and to refuse the layer are both accepted.",
)
case(
    "trusted",
    "trusted attributes, which root may have",
    [[F("f", xattrs={"trusted.x": b"1"}), D("d", xattrs={"trusted.md5sum": b"ab"})]],
    [F("f", xattrs={"trusted.x": b"1"}), D("d", xattrs={"trusted.md5sum": b"ab"})],
    also=[[F("f"), D("d")]],
    source=XATTR_7,
    reading="Whether an image may have them is the reader's policy: kept or left out are both accepted.",
)
case(
    "selinux",
    "a SELinux label of another machine does not stop the layer",
    [
        [
            F(
                "f",
                "1",
                records=[
                    ("RHT.security.selinux", "system_u:object_r:etc_t:s0"),
                    ("SCHILY.xattr.security.selinux", b"system_u:object_r:etc_t:s0\0"),
                ],
            )
        ]
    ],
    [F("f", "1")],
    severity=COMPATIBILITY,
    reading="Labels are the host's policy; whether it is set is not judged.",
)
case(
    "capability",
    "a file's capabilities, version 2",
    [[F("f", "1", mode=0o755, xattrs={"security.capability": NET_BIND})]],
    [F("f", "1", mode=0o755, xattrs={"security.capability": NET_BIND})],
    source=[SPEC_ATTRIBUTES, CAPABILITIES_7],
)
case(
    "capability-and-owner",
    "a change of owner takes capabilities off: they are set after it",
    [[F("f", "1", mode=0o755, uid=1000, gid=1000, xattrs={"security.capability": NET_BIND})]],
    [F("f", "1", mode=0o755, uid=1000, gid=1000, xattrs={"security.capability": NET_BIND})],
    source=[SPEC_ATTRIBUTES, CAPABILITIES_7],
)
case(
    "capability-bytes",
    "capabilities with a newline and a byte over 127 in them",
    [[F("f", "1", mode=0o755, xattrs={"security.capability": capability(0xA0_0A_3D_00, effective=False)})]],
    [F("f", "1", mode=0o755, xattrs={"security.capability": capability(0xA0_0A_3D_00, effective=False)})],
    source=CAPABILITIES_7,
)
case(
    "capability-namespace",
    "capabilities of version 3 belong to a user namespace",
    [[F("f", "1", mode=0o755, xattrs={"security.capability": capability(1 << 10, root_id=100000)})]],
    [F("f", "1", mode=0o755, xattrs={"security.capability": capability(1 << 10, root_id=100000)})],
    source=CAPABILITIES_7,
)
case(
    "capability-namespace-root",
    "version 3 with root's own namespace is version 2",
    [[F("f", "1", mode=0o755, xattrs={"security.capability": capability(1 << 10, root_id=0)})]],
    [F("f", "1", mode=0o755, xattrs={"security.capability": NET_BIND})],
    source=CAPABILITIES_7,
    reading="The kernel shows it so.",
)
case(
    "removed-by-a-layer",
    "a file made again without attributes has none",
    [[F("f", "1", mode=0o755, xattrs={"user.x": b"1", "security.capability": NET_BIND})], [F("f", "2")]],
    [F("f", "2")],
    severity=SECURITY,
)

acls = Category("acls", rule="4.1.10", source=ACL_5, severity=LOSS).apply
ACCESS = acl(
    ("user", 6, None), ("named-user", 4, 1000), ("group", 4, None), ("named-group", 6, 50), ("mask", 6, None), ("other", 4, None)
)
DEFAULT = acl(("user", 7, None), ("named-user", 5, 1000), ("group", 5, None), ("mask", 5, None), ("other", 5, None))
ACCESS_TEXT = "user::rw-,user:1000:r--,group::r--,group:50:rw-,mask::rw-,other::r--"
DEFAULT_TEXT = "user::rwx,user:1000:r-x,group::r-x,mask::r-x,other::r-x"
ONLY_ACCESS, ONLY_DEFAULT = {"system.posix_acl_access": ACCESS}, {"system.posix_acl_default": DEFAULT}

acls(
    "binary",
    "an access and a default list in the kernel's form",
    [[F("f", "1", mode=0o664, xattrs=ONLY_ACCESS), D("d", xattrs=ONLY_DEFAULT)]],
    [F("f", "1", mode=0o664, xattrs=ONLY_ACCESS), D("d", xattrs=ONLY_DEFAULT)],
)
acls(
    "text",
    "an access and a default list as text, as star and GNU tar write them",
    [
        [
            records(F("f", "1", mode=0o664, xattrs=ONLY_ACCESS), ("SCHILY.acl.access", ACCESS_TEXT)),
            records(D("d", xattrs=ONLY_DEFAULT), ("SCHILY.acl.default", DEFAULT_TEXT)),
        ]
    ],
    [F("f", "1", mode=0o664, xattrs=ONLY_ACCESS), D("d", xattrs=ONLY_DEFAULT)],
    severity=COMPATIBILITY,
    reading="The specification demands xattrs; a builder that calls tar writes this.",
)
acls(
    "text-with-numbers",
    "entries with a name and a number: the number counts",
    [
        [
            records(
                F("f", "1", mode=0o664, xattrs=ONLY_ACCESS),
                (
                    "SCHILY.acl.access",
                    ACCESS_TEXT.replace("user:1000:r--", "user:nobody-here:r--:1000").replace(
                        "group:50:rw-", "group:no-such-group:rw-:50"
                    ),
                ),
            )
        ]
    ],
    [F("f", "1", mode=0o664, xattrs=ONLY_ACCESS)],
    severity=COMPATIBILITY,
)
acls(
    "text-in-lines",
    "a list in lines, with comments",
    [[records(F("f", "1", mode=0o664, xattrs=ONLY_ACCESS), ("SCHILY.acl.access", ACCESS_TEXT.replace(",", "\n") + "\n"))]],
    [F("f", "1", mode=0o664, xattrs=ONLY_ACCESS)],
    severity=COMPATIBILITY,
)
acls(
    "minimal",
    "a list that says no more than the mode",
    [[records(F("f", "1", mode=0o640), ("SCHILY.acl.access", "user::rw-,group::r--,other::---"))]],
    [F("f", "1", mode=0o640)],
)
acls(
    "default-is-not-inherited",
    "a default list does not reach what the layer puts into the directory",
    [[D("d", xattrs=ONLY_DEFAULT), F("d/f", "1", mode=0o600), D("d/e", 0o700)]],
    [D("d", xattrs=ONLY_DEFAULT), F("d/f", "1", mode=0o600), D("d/e", 0o700)],
)
acls(
    "lower-default-is-not-inherited",
    "a default list of a lower layer does not reach what this layer puts into the directory",
    [[D("d", xattrs=ONLY_DEFAULT)], [F("d/f", "1", mode=0o600), D("d/e", 0o700), L("d/l", "f"), P("d/p")]],
    [D("d", xattrs=ONLY_DEFAULT, unjudged=("time",)), F("d/f", "1", mode=0o600), D("d/e", 0o700), L("d/l", "f"), P("d/p")],
)
acls(
    "root-default-is-not-inherited",
    "a default list of the root directory does not reach the tree",
    [[D(".", xattrs=ONLY_DEFAULT, header={"name": b"./"}), F("f", "1", mode=0o600), D("e", 0o700)]],
    [ANY_ROOT, F("f", "1", mode=0o600), D("e", 0o700)],
)
acls(
    "removed",
    "a directory made again without lists has none",
    [
        [
            D(
                "d",
                0o775,
                xattrs={
                    **ONLY_DEFAULT,
                    "system.posix_acl_access": acl(
                        ("user", 7, None), ("named-user", 7, 5), ("group", 5, None), ("mask", 7, None), ("other", 5, None)
                    ),
                },
            )
        ],
        [D("d", 0o750)],
    ],
    [D("d", 0o750)],
    reading="The specification says that an existing directory takes the entry's attributes; that those not in it go is our reading.",
)
acls(
    "invalid",
    "a list without the entries that each must have is refused",
    [[records(F("f", "1"), ("SCHILY.acl.access", "user:1000:rwx"))]],
    [F("f", "1")],
    or_refused=True,
    severity=COMPATIBILITY,
    reading="To refuse it and to leave it out are both accepted.",
)

smuggled = Category("overlay", rule="4.1.13", source=OVERLAYFS, severity=SECURITY).apply
DATA = "Whether the attribute itself stays is not judged, only that it has no effect."


def hidden(entry, **xattrs):
    """An entry with overlayfs's attributes, and the same entry in a tree."""
    return entry.but(xattrs={name.replace("__", "."): value for name, value in xattrs.items()}), entry.but(any_xattrs=True)


for space in ("trusted", "user"):
    marked, seen = hidden(D("d"), **{f"{space}__overlay__opaque": b"y"})
    smuggled(
        f"{space}-opaque",
        f"{space}.overlay.opaque in a layer does not hide the layers below",
        [[D("d"), F("d/a")], [marked, F("d/b")]],
        [seen, F("d/a"), F("d/b")],
        reading=DATA,
        or_refused=True,
    )
    marked, seen = hidden(D("d"), **{f"{space}__overlay__redirect": b"/secret"})
    smuggled(
        f"{space}-redirect",
        f"{space}.overlay.redirect in a layer does not show another directory",
        [[D("secret", 0o700), F("secret/key", "1")], [marked]],
        [D("secret", 0o700), F("secret/key", "1"), seen],
        reading=DATA,
        or_refused=True,
    )
    marked, seen = hidden(F("f"), **{f"{space}__overlay__metacopy": b"", f"{space}__overlay__redirect": b"/key"})
    smuggled(
        f"{space}-metacopy",
        f"{space}.overlay.metacopy in a layer does not give a file another's content",
        [[F("key", "secret", mode=0o600)], [marked]],
        [F("key", "secret", mode=0o600), seen],
        reading=DATA,
        or_refused=True,
    )
    marked, seen = hidden(F("f"), **{f"{space}__overlay__whiteout": b"y"})
    smuggled(
        f"{space}-whiteout",
        f"{space}.overlay.whiteout in a layer does not hide a file",
        [[F("f", "1")], [D(".", xattrs={f"{space}.overlay.opaque": b"x"}, header={"name": b"./"}), marked]],
        [ANY_ROOT, seen],
        reading=DATA,
        or_refused=True,
    )
