"""What a case is, and the words that the modules state cases in."""
from .. import entries, tree

SPEC = "https://github.com/opencontainers/image-spec/blob/v1.1.0/layer.md"
SPEC_ENTRIES = SPEC + "#file-types"
SPEC_CHANGES = SPEC + "#change-types"
SPEC_ATTRIBUTES = SPEC + "#file-attributes"
SPEC_WHITEOUTS = SPEC + "#whiteouts"
SPEC_OPAQUE = SPEC + "#opaque-whiteout"
SPEC_APPLYING = SPEC + "#applying-changesets"
SPEC_HARDLINKS = SPEC + "#hardlinks"
POSIX = "https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html"
GNU_TAR = "https://www.gnu.org/software/tar/manual/html_node/Tar-Internals.html"
GNU_SPARSE = "https://www.gnu.org/software/tar/manual/html_node/Sparse-Formats.html"
OVERLAYFS = "https://docs.kernel.org/filesystems/overlayfs.html"
GO_TAR = "https://pkg.go.dev/archive/tar"
LIBARCHIVE_TAR = "https://man.freebsd.org/cgi/man.cgi?query=tar&sektion=5"
XATTR_7 = "https://man7.org/linux/man-pages/man7/xattr.7.html"
ACL_5 = "https://man7.org/linux/man-pages/man5/acl.5.html"
CAPABILITIES_7 = "https://man7.org/linux/man-pages/man7/capabilities.7.html"

# How bad a failure is.
SECURITY = "security"  # a hostile layer gets what it must not
LOSS = "loss"  # files, content or metadata are lost or changed, or damage goes unnoticed
COMPATIBILITY = "compatibility"  # layers that real tools make are refused or read differently

CASES = []


class Case:
    """One folder of the corpus: the description and the other files, by name."""

    def __init__(self, kind, name, description, files):
        self.kind, self.name = kind, name
        self.description, self.files = description, files
        if any((case.kind, case.name) == (kind, name) for case in CASES):
            raise ValueError(f"two cases are called {kind}/{name}")
        CASES.append(self)


class Category:
    """Makes the cases of one category, with what most of them share."""

    def __init__(self, name, **defaults):
        self.name, self.defaults = name, defaults

    def apply(self, name, title, layers, expect=None, also=(), or_refused=False, **details):
        """A case of applying. `expect` is the tree and `also` are others that are right too; without a tree the layer must be refused."""
        files, outcomes = {}, []
        for number, layer in enumerate(layers, 1):
            files[f"{number}.tar"] = layer if isinstance(layer, bytes) else entries.archive(layer)
        for number, nodes in enumerate(([] if expect is None else [expect]) + list(also), 1):
            file = "expected.tree" if number == 1 else f"expected-{number}.tree"
            files[file] = tree.dumps(tree_of(nodes)).encode()
            outcomes.append(file)
        if expect is None or or_refused:
            outcomes.append("refused")
        layer_files = [file for file in files if file.endswith(".tar")]
        Case("apply", f"{self.name}/{name}", self.describe(title, details, layers=layer_files, expect=outcomes), files)

    def apply_contained(self, name, title, layers, **details):
        """A case of applying where nothing outside of the root directory may change, and all else is open."""
        files = {f"{number}.tar": entries.archive(layer) for number, layer in enumerate(layers, 1)}
        Case("apply", f"{self.name}/{name}", self.describe(title, details, layers=list(files), expect=["contained"]), files)

    def diff(self, name, title, lower, upper, expect=None, absent=(), refused=False, **details):
        """A case of comparing two trees, which are given with content. `expect` is what applying the layer gives, if not the newer tree
        itself; `absent` are paths that need not and must not be in the layer."""
        trees = [tree_of(nodes, content=True) for nodes in (lower, upper)]
        files = {"lower.tree": tree.dumps(trees[0]).encode(), "upper.tree": tree.dumps(trees[1]).encode()}
        outcomes = []
        if refused is not True:
            files["expected.tree"] = tree.dumps(tree_of(upper if expect is None else expect)).encode()
            outcomes.append("expected.tree")
        if refused:
            outcomes.append("refused")
        extra = {"absent": list(absent)} if absent else {}
        Case("diff", f"{self.name}/{name}", self.describe(title, details, expect=outcomes, **extra), files)

    def describe(self, title, details, **facts):
        details = {**self.defaults, **details}
        unknown = details.keys() - {"rule", "source", "severity", "reading"}
        if unknown:
            raise TypeError(f"unknown details {unknown}")
        sources = details["source"] if isinstance(details["source"], list) else [details["source"]]
        description = {"title": title, "rule": details["rule"], "source": sources, "severity": details["severity"]}
        if "reading" in details:
            description["reading"] = details["reading"]
        return {**description, **facts}


def tree_of(nodes, content=False):
    """The tree that entries make. A root that is not among them is only known to be a directory."""
    result = {b".": {"type": "dir"}}
    for node in nodes:
        path = node.path.strip(b"/") or b"."
        if path in result and path != b".":
            raise ValueError(f"{path} is twice in a tree")
        result[path] = node.node
        if content and node.kind == "file":
            result[path] = with_content(node)
    if content and len(result[b"."]) == 1:
        result[b"."] = entries.D(".").node
    return result


def with_content(node):
    """The fields of a file with its bytes in place of their digest; runs of zeros are holes."""
    fields = node.node
    del fields["sha256"]
    data = node.data
    if len(data) < 4096:
        fields["data"] = [(0, data)] if data else []
        return fields
    blocks = [(offset, data[offset : offset + 4096]) for offset in range(0, len(data), 4096)]
    fields["data"] = [(offset, block) for offset, block in blocks if block.strip(b"\0")]
    return fields
