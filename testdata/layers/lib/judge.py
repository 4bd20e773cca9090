"""Runs one case and says what came of it."""
import json
import os
import shlex

from . import layer, tree
from .sandbox import REGION, TMP, execute

TARGET, LOWER, UPPER = f"{REGION}/tree", f"{REGION}/lower", f"{REGION}/upper"

# The results. All but PASSED are failures; README.md, "Results", says what each means.
PASSED, ESCAPED, ACCEPTED, REFUSED, WRONG, CRASHED, TIMED_OUT = (
    "passed",
    "escaped",
    "accepted",
    "refused",
    "wrong",
    "crashed",
    "timed out",
)


class Result:
    """What came of a case."""

    def __init__(self, case, result, details=()):
        self.case, self.result, self.details = case, result, list(details)

    def as_json(self):
        case = self.case
        return {
            "case": case.name,
            "kind": case.kind,
            "category": case.category,
            "rule": case.rule,
            "severity": case.severity,
            "reading": case.reading,
            "result": self.result,
            "details": self.details,
        }


class Case:
    """A folder of the corpus."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.kind, self.category, _ = name.split("/")
        with open(os.path.join(folder, "case.json"), encoding="utf-8") as file:
            facts = json.load(file)
        self.title, self.rule, self.severity, self.reading = (
            facts["title"],
            facts["rule"],
            facts["severity"],
            facts.get("reading"),
        )
        self.layers = [os.path.join(folder, file) for file in facts.get("layers", ())]
        self.expect, self.absent = facts["expect"], facts.get("absent", [])

    def tree(self, name):
        return tree.load(os.path.join(self.folder, name))

    @property
    def trees(self):
        return [self.tree(name) for name in self.expect if name.endswith(".tree")]


def find_cases(folder):
    """All cases of the corpus, in order."""
    names = []
    for kind in ("apply", "diff"):
        for top, _, files in os.walk(os.path.join(folder, kind)):
            if "case.json" in files:
                names.append(os.path.relpath(top, folder))
    return [Case(os.path.join(folder, name), name) for name in sorted(names)]


def fill(template, values):
    """The template with its placeholders, quoted for the shell."""
    for key, value in values.items():
        words = [value] if isinstance(value, str) else value
        template = template.replace("{" + key + "}", " ".join(shlex.quote(word) for word in words))
    return template


def run_apply(case, template, sandbox, timeout):
    before = sandbox.prepare()
    os.mkdir(TARGET, 0o755)
    os.utime(TARGET, (0, 0))
    chains = [[path] for path in case.layers] if "{layer}" in template else [case.layers]
    for layers in chains:
        outcome = execute(fill(template, {"dir": TARGET, "layer": layers[0], "layers": layers}), timeout)
        if outcome.code != 0:
            break
    actual = tree.scan(TARGET) if outcome.code == 0 and os.path.isdir(TARGET) and not os.path.islink(TARGET) else None
    sandbox.remove(TARGET)
    changes = tree.compare(before, sandbox.outside())
    if changes:
        return Result(case, ESCAPED, changes)
    return judge(case, outcome, actual)


def run_diff(case, template, sandbox, timeout):
    sandbox.prepare()
    inputs = {}
    for name, directory in (("lower.tree", LOWER), ("upper.tree", UPPER)):
        os.mkdir(directory)
        tree.build(case.tree(name), directory)
        inputs[directory] = tree.scan(directory)
    out = f"{TMP}/layer.tar"
    outcome = execute(fill(template, {"lower": LOWER, "upper": UPPER, "out": out}), timeout)
    for directory, before in inputs.items():
        changes = tree.compare(before, tree.scan(directory))
        if changes:
            return Result(case, WRONG, [f"the command changed {os.path.basename(directory)}", *changes])
    try:
        actual, paths = layer.apply(case.tree("lower.tree"), out) if outcome.code == 0 else (None, ())
    except layer.LayerError as e:
        return Result(case, WRONG, [f"the layer cannot be applied: {e}"])
    needless = [f"in the layer, though it did not change: {path}" for path in case.absent if path.encode() in paths]
    return Result(case, WRONG, needless) if needless else judge(case, outcome, actual)


def judge(case, outcome, actual):
    """Compares what came out with what may come out."""
    if outcome.timed_out:
        return Result(case, TIMED_OUT)
    if outcome.crashed:
        return Result(case, CRASHED, [outcome.error])
    if "contained" in case.expect:
        return Result(case, PASSED)
    if outcome.code != 0:
        return Result(case, PASSED) if "refused" in case.expect else Result(case, REFUSED, [outcome.error])
    if actual is None:
        return Result(case, WRONG, ["the tree is no directory"])
    differences = [tree.compare(expected, actual) for expected in case.trees]
    if [] in differences:
        return Result(case, PASSED)
    return Result(case, WRONG, min(differences, key=len)) if differences else Result(case, ACCEPTED)
