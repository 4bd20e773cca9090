"""Archives as a whole: their ends, damage, chains of layers."""
from ..entries import BLOCK, D, F, Raw, W, archive, header, pad
from .model import COMPATIBILITY, LOSS, POSIX, SECURITY, SPEC_APPLYING, Category

case = Category("archives", rule="4.1.1", source=POSIX, severity=COMPATIBILITY).apply
A, B = F("a", "1"), F("b", "2")
ZERO = bytes(BLOCK)
END = "Go's reader, and so every container engine, ends there."

case(
    "no-end",
    "an archive that ends after the last entry, without blocks of zeros",
    [archive([A, B], end=b"")],
    [A, B],
    or_refused=True,
)
case(
    "one-block-at-the-end", "an archive with one block of zeros at its end", [archive([A, B], end=ZERO)], [A, B], or_refused=True
)
case(
    "no-padding",
    "an archive that ends with the last byte of the last file",
    [archive([A], end=b"") + B.tar[: BLOCK + 1]],
    [A, B],
    or_refused=True,
    source=[POSIX, "https://github.com/opencontainers/umoci"],
    reading="umoci insert writes such layers; nothing is lost.",
)
case(
    "one-block-between",
    "one block of zeros between entries",
    [archive([A, ZERO, B])],
    [A],
    also=[[A, B]],
    or_refused=True,
    reading="POSIX wants two to end an archive; readers end, go on or refuse. All are accepted.",
)
case(
    "concatenated",
    "what follows the end of an archive is no part of it, also a second archive",
    [archive([A]) + archive([B])],
    [A],
    or_refused=True,
    reading=END,
    severity=SECURITY,
)
case("trailing-zeros", "blocks of zeros after the end", [archive([A], end=bytes(20 * BLOCK))], [A])
case(
    "trailing-garbage", "bytes after the end are no entries", [archive([A]) + b"garbage" * 100], [A], or_refused=True, reading=END
)
case("no-entries", "a layer without entries", [[A], archive([]), [B]], [A, B])
case("no-entries-alone", "an image of one layer without entries", [archive([])], [])
case("no-bytes", "a layer of no bytes", [[A], b""], [A], or_refused=True, reading="It is no archive; to refuse it is accepted.")
case("not-an-archive", "a layer that is no archive is refused", [[A], b"This is not a tar archive.\n" * 50], severity=LOSS)
case(
    "truncated-content",
    "an archive that ends inside a file is refused",
    [archive([A, F("b", b"x" * 2000)], end=b"")[:-1024]],
    severity=LOSS,
)
case(
    "truncated-header",
    "an archive that ends inside a header is refused",
    [archive([A, B], end=b"")[: -BLOCK - 100]],
    severity=LOSS,
)
case(
    "truncated-extension",
    "an archive that ends inside an extended header is refused",
    [archive([A], end=b"") + F("b", time=5).tar[: BLOCK + 100].ljust(BLOCK + 100)[: BLOCK + 5]],
    severity=LOSS,
)
case(
    "damaged-middle",
    "an archive with a damaged header in its middle is refused",
    [archive([A, b"\xff" * BLOCK, B])],
    severity=LOSS,
)
case(
    "huge-size",
    "a file of a size that the archive does not have is refused, and takes no space",
    [[A, Raw(header(b"b", b"0", size=8**11 - 1), pad(b"x"))]],
    severity=LOSS,
)
case(
    "negative-size",
    "a negative size is refused",
    [[A, Raw(header(b"b", b"0", size=-512), B.tar)]],
    severity=SECURITY,
    reading="A reader that goes back reads for ever.",
)

chains = Category("chains", rule="4.1.5", source=SPEC_APPLYING, severity=LOSS).apply

chains("order", "of a name in three layers the last counts", [[F("a", "1")], [F("a", "2")], [F("a", "3")]], [F("a", "3")])
chains(
    "repeated-layer",
    "the same layer twice, with another between",
    [[F("a", "1"), D("d"), F("d/x")], [W("d"), F("a", "2")], [F("a", "1"), D("d"), F("d/x")]],
    [F("a", "1"), D("d"), F("d/x")],
)
chains("repeated-next", "the same layer twice in succession", [[F("a", "1")], [F("a", "1")]], [F("a", "1")])
chains("repeated-whiteouts", "a layer of whiteouts twice", [[F("a"), F("b")], [W("a")], [F("a", "2")], [W("a")]], [F("b")])
chains(
    "many",
    "thirty layers",
    [[D("d"), F(f"d/{i:02}", str(i))] + ([W(f"d/{i - 5:02}")] if i >= 5 else []) for i in range(30)],
    [D("d"), *(F(f"d/{i}", str(i)) for i in range(25, 30))],
)
chains(
    "empty-between",
    "layers without entries between others",
    [archive([]), [F("a")], archive([]), archive([]), [W("a"), F("b")]],
    [F("b")],
)
