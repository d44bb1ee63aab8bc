"""Holds Cargo.lock against the policy in .cargo/deny.toml, where cargo-deny is not installed.

    python3 tests/licences.py [CARGO ARGUMENT]...        (such as --offline)

Reads the parts of the policy that the file uses: graph.targets, licenses.allow, bans.deny, and crates.io as the only
source. Names every crate that breaks it. Exit codes: 0 kept, 1 broken, 2 cargo cannot tell. Needs Python 3.11.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tomllib

TOP = pathlib.Path(__file__).resolve().parent.parent
POLICY = TOP / ".cargo" / "deny.toml"
CRATES_IO = re.compile(r"(registry|sparse)\+https://.*crates\.io(-index|/)")


def dependencies(targets, arguments):
    """The packages of Cargo.lock that are built for the targets, our own left out."""
    command = ["cargo", "metadata", "--locked", "--format-version", "1", *arguments]
    for target in targets:
        command += ["--filter-platform", target]
    answer = subprocess.run(command, cwd=TOP, stdout=subprocess.PIPE)
    if answer.returncode != 0:
        sys.exit(2)
    metadata = json.loads(answer.stdout)
    built = {node["id"] for node in metadata["resolve"]["nodes"]} - set(metadata["workspace_members"])
    return [package for package in metadata["packages"] if package["id"] in built]


def satisfied(expression, allowed):
    """Whether an SPDX expression can be met with allowed licences alone. '/' is crates.io's old way to write OR."""
    tokens = re.findall(r"[()]|[^\s()]+", expression.replace("/", " OR "))

    def either():
        met = both()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            met = both() or met
        return met

    def both():
        met = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            met = one() and met
        return met

    def one():
        name = tokens.pop(0)
        if name == "(":
            met = either()
            tokens.pop(0)
            return met
        if tokens and tokens[0] == "WITH":
            name = " ".join([name, tokens.pop(0), tokens.pop(0)])
        return name in allowed

    met = either()
    if tokens:
        raise ValueError(f"not an SPDX expression: {expression}")
    return met


def faults(policy, packages):
    allowed = set(policy["licenses"]["allow"])
    versions = collections.defaultdict(set)
    for package in packages:
        name = f"{package['name']} {package['version']}"
        versions[package["name"]].add(package["version"])
        if not package["license"]:
            yield f"{name} names no licence: read its licence file, then decide"
        elif not satisfied(package["license"], allowed):
            yield f"{name} is licensed {package['license']}, which licenses.allow does not cover"
        if package["source"] and not CRATES_IO.match(package["source"]):
            yield f"{name} comes from {package['source']}, not from crates.io"
    for ban in policy["bans"]["deny"]:
        found = sorted(versions[ban["crate"]])
        if ban.get("deny-multiple-versions"):
            if len(found) > 1:
                yield f"{ban['crate']} is there in several versions: {', '.join(found)} (cargo tree -d shows who asks)"
        elif found:
            yield f"{ban['crate']} {', '.join(found)} is banned (cargo tree -i {ban['crate']} shows who asks)"


def main():
    policy = tomllib.loads(POLICY.read_text())
    packages = dependencies(policy["graph"]["targets"], sys.argv[1:])
    found = list(faults(policy, packages))
    for fault in found:
        print(f"licences: {fault}", file=sys.stderr)
    print(f"licences: {len(packages)} crates, {len(found)} against .cargo/deny.toml")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
