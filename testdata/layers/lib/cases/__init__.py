"""The cases. Each module holds one category or a few; `all_cases` gathers them."""
import importlib

MODULES = (
    "whiteouts",
    "directories",
    "paths",
    "hardlinks",
    "types",
    "pax",
    "formats",
    "sparse",
    "xattrs",
    "names",
    "metadata",
    "breakouts",
    "archives",
    "compression",
    "differences",
)


def all_cases():
    from . import model

    for module in MODULES:
        importlib.import_module(f"{__name__}.{module}")
    return model.CASES
