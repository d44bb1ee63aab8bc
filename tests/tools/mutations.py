"""Do the tests notice when a rule changes? Draws mutations of src/rules by chance and says which of them no test finds.

    python3 tests/tools/mutations.py [--count N] [--seed S] [--file NAME] [--tests MODULE...] [--draw]

Works on a copy of the tree in a temporary folder, so that nothing here changes, however it ends, with a copy of the built
dependencies of CARGO_TARGET_DIR (or target/): build the tests once before. Each mutation is one of: a comparison turned, a truth negated, a number shifted by one, a
line left out. One that does not compile is drawn anew and not counted. --draw only shows what would be drawn.

The seed is printed first: the same seed with the same sources draws the same mutations. Ends with 1 where one survived.
"""

import argparse
import dataclasses
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
RULES = pathlib.Path("src/rules")
NOT_COPIED = shutil.ignore_patterns(".git", "target", ".tools", "recto-data", "__pycache__")
# The rules of our own package alone are built anew, and quickly: typst stays as it is.
BUILD = ["--release", "--locked", "--config", "profile.release.package.recto.opt-level=0", "--test", "recto"]
PATIENCE = 1800  # seconds; a mutation that makes a loop endless is found by it

TURNED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
NEGATED = {
    "&&": "||", "||": "&&", "true": "false", "false": "true", ".any(": ".all(", ".all(": ".any(",
    "is_some()": "is_none()", "is_none()": "is_some()", "is_some_and(": "is_none_or(", "is_none_or(": "is_some_and(",
    ".min()": ".max()", ".max()": ".min()",
}
COMPARISON = re.compile(r"(?<= )(<=|>=|==|!=|<|>)(?= )")


def pattern(word):
    """Where one of the words above stands: operators between spaces, names whole."""
    if word in ("&&", "||"):
        return rf"(?<= ){re.escape(word)}(?= )"
    return rf"\b{word}\b" if word.isalpha() else re.escape(word)


TRUTH = re.compile("|".join(pattern(word) for word in sorted(NEGATED, key=len, reverse=True)))
NOT = re.compile(r"(?<![\w!])!(?=[\w(*])")
NUMBER = re.compile(r"(?<![\w.\"])\d[\d_]*(?![\w.\"])")
KEPT = re.compile(r"^\s*(let|use|mod|pub|return|type|const|static|#|\}|\)|_)")


@dataclasses.dataclass(frozen=True)
class Mutation:
    file: pathlib.Path
    line: int
    what: str
    before: str
    after: str

    def __str__(self):
        after = self.after.strip() or "(left out)"
        return f"{self.file}:{self.line}: {self.what}\n    - {self.before.strip()}\n    + {after}"


def masked(line):
    """The line with its strings and its comment blanked out, each sign in its place."""
    line = re.sub(r'"(\\.|[^"\\])*"', lambda found: '"' + " " * (len(found[0]) - 2) + '"', line)
    return re.sub(r"//.*", lambda found: " " * len(found[0]), line)


def mutations_of(file, text):
    """Every mutation of a file that can be drawn."""
    for number, line in enumerate(text.splitlines(), 1):
        code = masked(line)
        if not code.strip() or code.lstrip().startswith("#"):
            continue

        def at(found, instead, what):
            return Mutation(file, number, what, line, line[: found.start()] + instead + line[found.end() :])

        for found in COMPARISON.finditer(code):
            yield at(found, TURNED[found[0]], "a comparison turned")
        for found in TRUTH.finditer(code):
            yield at(found, NEGATED[found[0]], "a truth negated")
        for found in NOT.finditer(code):
            yield at(found, "", "a truth negated")
        for found in NUMBER.finditer(code):
            yield at(found, str(int(found[0].replace("_", "")) + 1), "a number shifted")
        statement = code.rstrip().endswith(";") and not code.lstrip().startswith(")")
        arm = " => " in code and code.rstrip().endswith(",") and code.count("(") == code.count(")")
        if (statement or arm) and not KEPT.match(code):
            yield Mutation(file, number, "a line left out", line, "")


def possible(only):
    """Every mutation of the rules: the same list, in the same order, for the same sources."""
    files = sorted(path.relative_to(TOP) for path in (TOP / RULES).rglob("*.rs"))
    files = [file for file in files if only is None or file.name == only]
    return [one for file in files for one in mutations_of(file, (TOP / file).read_text("utf-8"))]


class Copy:
    """A copy of the tree in which one mutation at a time is tried."""

    def __init__(self, folder, seed, modules):
        self.tree = pathlib.Path(folder) / "recto"
        shutil.copytree(TOP, self.tree, ignore=NOT_COPIED, symlinks=True)
        # Cargo would take what a mutation built for that of the tree itself: it tells them apart by their times alone.
        target = pathlib.Path(folder) / "target"
        built = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target")) / "release"
        (target / "release").mkdir(parents=True)
        for part in filter(pathlib.Path.exists, (built / name for name in ("deps", "build", ".fingerprint"))):
            subprocess.run(["cp", "--archive", "--reflink=auto", part, target / "release"], check=True)
        self.environment = os.environ | {"CARGO_TARGET_DIR": str(target), "TEST_SEED": str(seed)}
        self.modules = [f"{module}::" for module in modules]

    def run(self, *arguments):
        """Whether a command succeeds in time, and the end of what it says."""
        try:
            done = subprocess.run(
                ["cargo", "test", *BUILD, *arguments], cwd=self.tree, env=self.environment, timeout=PATIENCE,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            )
        except subprocess.TimeoutExpired:
            return False, "it did not end"
        return done.returncode == 0, done.stdout[-3000:]

    def builds(self):
        return self.run("--no-run")

    def passes(self):
        return self.run("--", *self.modules)

    def trial(self, mutation):
        """What becomes of a mutation: `does not build`, `found` or `SURVIVED`."""
        file = self.tree / mutation.file
        healthy = file.read_text("utf-8")
        lines = healthy.splitlines(keepends=True)
        lines[mutation.line - 1] = mutation.after + "\n"
        file.write_text("".join(lines), "utf-8")
        try:
            if not self.builds()[0]:
                return "does not build"
            return "SURVIVED" if self.passes()[0] else "found"
        finally:
            file.write_text(healthy, "utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10, metavar="N", help="mutations that compile (10)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32), metavar="S")
    parser.add_argument("--file", metavar="NAME", help="of this file alone, such as debt.rs")
    parser.add_argument("--tests", nargs="+", default=["scenarios", "model", "rules", "decisions"], metavar="MODULE")
    parser.add_argument("--draw", action="store_true", help="show what would be drawn, and try nothing")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    drawn = possible(options.file)
    random.Random(options.seed).shuffle(drawn)
    if options.draw:
        print(f"{len(drawn)} are possible", *drawn[: options.count], sep="\n")
        return 0
    counts = {"found": 0, "SURVIVED": 0, "does not build": 0}
    with tempfile.TemporaryDirectory(prefix="recto-mutations-") as folder:
        copy = Copy(folder, options.seed, options.tests)
        for step in (copy.builds, copy.passes):
            healthy, said = step()
            if not healthy:
                print(said, "The tests do not pass as it is: mend that first.", sep="\n")
                return 2
        for mutation in drawn:
            if counts["found"] + counts["SURVIVED"] == options.count:
                break
            begun = time.monotonic()
            end = copy.trial(mutation)
            counts[end] += 1
            if end != "does not build":
                print(f"{end} ({time.monotonic() - begun:.0f} s) {mutation}", flush=True)
    print(f"{counts['found']} found, {counts['SURVIVED']} survived; {counts['does not build']} did not build")
    return 1 if counts["SURVIVED"] else 0


if __name__ == "__main__":
    sys.exit(main())
