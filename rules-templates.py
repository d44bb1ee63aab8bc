#!/usr/bin/env python3
"""Puts predicates of roles and traits of programs in the place of their names in the letter templates. May be run again and again."""
import pathlib
import re
import sys

HOME = pathlib.Path(__file__).resolve().parent / "letter-templates"
if len(sys.argv) > 1:
    HOME = pathlib.Path(sys.argv[1])

ROLES = [
    (r'addressee\.role not in \["trustee", "estate"\]', "not addressee.is_trustee and not addressee.is_estate"),
    (r'addressee\.role in \["debtor", "sponsor", "co-signer", "estate"\]', "addressee.may_be_told_the_program"),
    (r'addressee\.role in \["debtor", "sponsor", "co-signer", "sponsored-person"\]', "addressee.is_person_of_the_case"),
    (r'addressee\.role in \["debtor", "sponsor", "co-signer"\]', "addressee.is_liable"),
    (r'addressee\.role in \["trustee", "representative", "mpp", "ombudsman"\]', "addressee.is_intermediary"),
    (r'addressee\.role == "(estate|trustee|mpp)"', r"addressee.is_\1"),
    (r'addressee\.role != "(estate|trustee|mpp)"', r"not addressee.is_\1"),
]

# What the program's name stood for, place by place, in the order of the file; the same in English and French.
TRAITS = {
    "dispute-acknowledgement": ["not may_be_forgiven", "internal_review"],
    "plan-reminder": ["undertaking"],
    "plan-confirmation": ["undertaking"],
    "paid-in-full": ["undertaking", "undertaking"],
    "case-summary": ["undertaking", "undertaking"],
    "post-discharge": ["undertaking"],
    "write-off": ["not undertaking", "undertaking"],
    "estate": ["undertaking", "undertaking"],
    "reimbursement": ["undertaking"],
    "cra-transfer-notice": ["undertaking", "explain_before_enforcement", "explain_before_enforcement", "internal_review"],
    "plan-proposal": ["undertaking"],
    "hardship-decision": ["undertaking", "not may_be_forgiven"],
    "insolvency-acknowledgement": ["undertaking"],
    "dispute-response": ["not may_be_forgiven", "not may_be_forgiven", "internal_review"],
    "cra-transfer-confirmed": ["explain_before_enforcement", "internal_review"],
    "plan-default": ["explain_before_enforcement", "explain_before_enforcement", "undertaking"],
}
# What is true of sponsorship, as the comparison that stood there has it.
SPONSORSHIP = {"undertaking": True, "explain_before_enforcement": True, "may_be_forgiven": False, "internal_review": False}
PROGRAM = re.compile(r'case\.program (==|!=) "sponsorship"')


def traits(file, text):
    found = PROGRAM.findall(text)
    if not found:
        return text
    wanted = TRAITS.get(file.parent.name, [])
    if len(found) != len(wanted):
        sys.exit(f"{file}: {len(found)} comparisons with a program, {len(wanted)} traits known")
    places = iter(wanted)

    def one(match):
        trait = next(places)
        name = trait.removeprefix("not ")
        holds = SPONSORSHIP[name] != trait.startswith("not ")
        if holds != (match[1] == "=="):
            sys.exit(f"{file}: “{match[0]}” does not mean “{trait}”")
        return f"{'not ' if trait.startswith('not ') else ''}program.{name}"

    return PROGRAM.sub(one, text)


for file in sorted([*HOME.rglob("*.typ"), *HOME.rglob("email.*")]):
    text = before = file.read_text()
    for pattern, predicate in ROLES:
        text = re.sub(pattern, predicate, text)
    text = traits(file, text)
    if text != before:
        file.write_text(text)
    left = re.findall(r'addressee\.role|person\.role|case\.program|program\.key', text)
    if left:
        sys.exit(f"{file}: still names {left}")
