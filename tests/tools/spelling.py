"""Spelling and readability of every sample: python3 spelling.py CHECK_OUT_DIR LETTER_TEMPLATES_DIR

CHECK_OUT_DIR is what `recto check --out` wrote. Prints each unknown word as  TYPE/SAMPLE.LANGUAGE: WORD  and exits 1 if there
is any. Known are the words of hunspell's en_CA and fr_CA dictionaries, those of tests/glossary/{en,fr}.txt, and, in a sample's
own pages, those of its facts: names, streets, free text in the other language. Free text of the facts in the language of the page
is checked like the template's own words; only what is written there with a capital inside a sentence counts as a name.
The words under `en` and `fr` in letter.toml, terms.toml, words.toml and the program files are checked too.
Needs Debian's poppler-utils, hunspell, hunspell-en-ca and hunspell-fr.
"""
import json
import re
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

DICTIONARY = {"en": "en_CA", "fr": "fr_CA"}
OTHER = {"en": "fr", "fr": "en"}
GLOSSARY = Path(__file__).resolve().parent.parent / "glossary"
STOPWORDS = {
    "en": set("the of and to a in is that it for on with as you your we our was are this from not by have has were they what how".split()),
    "fr": set("le la les de des du et à en un une que qui est dans pour sur avec vous votre vos nous notre nos au aux ce cette ne pas par son".split()),
}
ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu)'", re.I)
LETTERS = r"[^\W\d_]+"
WORD = re.compile(rf"{LETTERS}(?:['-]{LETTERS})*")


# ---- words ---------------------------------------------------------------------------------------------------------

def clean(text):
    """One kind of apostrophe, hyphen and space; no e-mail address, web address, reference or ordinal number."""
    for there, here in (("’", "'"), ("\u2010", "-"), ("\u2011", "-"), ("\u00ad", ""), ("\ufb01", "fi"), ("\ufb02", "fl")):
        text = text.replace(there, here)
    text = re.sub(r"\S+@\S+|https?://\S+|\bwww\.\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:ca|com|org)\b\S*", " ", text)
    text = re.sub(r"\b\d+(?:er|re|e|st|nd|rd|th)\b", " ", text)
    text = re.sub(r"\b(?=[\w-]*\d)(?=[\w-]*[A-Z])[A-Z0-9-]+\b", " ", text)   # DR-2026-004512, P3E, K4TM-7Q2D-91XH
    return re.sub(r"\b(?:[A-Z]{2,}-)+[A-Z]{2,}\b(?=\s*[”»])", " ", text)     # a biller's code in quotes


def words(text, language):
    for word in WORD.findall(clean(text)):
        if language == "fr":
            while ELISION.match(word):
                word = ELISION.sub("", word)
        elif re.search(r"'s$", word, re.I):
            word = word[:-2]
        if len(word) > 1:
            yield word


def parts(word):
    return [part for part in re.split(r"['-]", word) if len(part) > 1]


def forms(text):
    """The words of a fact, whole and in parts, in small letters."""
    found = set()
    for word in WORD.findall(clean(text)) + WORD.findall(text):
        found.update([word.casefold(), *(part.casefold() for part in parts(word))])
        found.add(re.sub(r"'s$", "", word.casefold()))
        found.add(ELISION.sub("", word.casefold()))
    return found


def read_glossary(language):
    lines = (GLOSSARY / f"{language}.txt").read_text("utf-8").splitlines()
    return {line.replace("’", "'") for line in lines if line and not line.startswith("#")}


def in_glossary(word, glossary):
    return word in glossary or word.lower() in glossary or (word.isupper() and any(one.upper() == word for one in glossary))


def hunspell(language, candidates):
    """Those of the words that hunspell does not know."""
    command = ["hunspell", "-d", DICTIONARY[language], "-i", "utf-8", "-l"]
    found = subprocess.run(command, input="\n".join(candidates) + "\n", check=True, capture_output=True, text=True, encoding="utf-8")
    if "error" in found.stderr.lower() or "can't open" in found.stderr.lower():
        sys.exit(found.stderr)
    return {line.replace("’", "'") for line in found.stdout.splitlines()}


# ---- facts ---------------------------------------------------------------------------------------------------------

def strings(value, language=None):
    """Each string below a value with the language of the key `en` or `fr` above it."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from strings(one, key if key in DICTIONARY else language)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one, language)
    elif isinstance(value, str):
        yield value, language


def language_of(text):
    """en or fr for a text that is plainly in that language, else None."""
    plain = [word.lower() for word in WORD.findall(text.replace("’", "'"))]
    if len(plain) < 6:
        return None
    en, fr = (sum(part in STOPWORDS[one] for word in plain for part in word.split("'")) for one in ("en", "fr"))
    return "en" if en >= 2 and en > 2 * fr else "fr" if fr >= 2 and fr > 2 * en else None


def allowed_words(sample):
    """Per language of the page: what the sample's facts bring with them."""
    allowed = {"en": set(), "fr": set()}
    for text, language in strings(sample):
        if re.fullmatch(r"[a-z0-9-]+", text):                    # a key such as false-pretences, whose words are the template's
            continue
        language = language or language_of(text)
        markup = re.search(r"[#$*_<>`\\@{]", text)
        names = " ".join(re.findall(rf"(?<=[\w,;:] )(?:[dl]['’])?[A-ZÀ-Þ][\w’'-]+", text))
        for page in allowed:
            allowed[page] |= forms(text if markup or language != page else names)
    return allowed


# ---- pages ---------------------------------------------------------------------------------------------------------

def other_language_passages(templates):
    """Per language, what stands in #in-language(…)[…] in the templates, as patterns for the text of a page, one a branch."""
    found = {"en": set(), "fr": set()}
    for path in templates.rglob("*.typ"):
        for language, text in re.findall(r'#in-language\("(en|fr)"\)\[([^\]]+)\]', path.read_text("utf-8")):
            for branch in re.split(r"\{[%{#].*?[%}#]\}", text):
                pieces = re.sub(r"[*_]", "", branch).replace("~", " ").split()
                if pieces:
                    found[language].add(re.compile(r"\s+".join(map(re.escape, pieces))))
    return found


def page_text(path):
    text = subprocess.run(["pdftotext", "-raw", str(path), "-"], check=True, capture_output=True, text=True, encoding="utf-8").stdout
    text = re.sub(r"(?m)^\W*[A-ZÉ]\W*$\n?", "", text)           # the letters of the specimen mark, one a line
    return re.sub(r"([\u2010\u2011-])\n(?=\w)", r"\1", text)    # no letter divides words: a hyphen at a line end is its own


def unknown_words(out, templates):
    passages = other_language_passages(templates)
    pages = [(path, *path.stem.rsplit(".", 1)) for path in sorted(out.glob("*/*.pdf"))]
    pages = [page for page in pages if page[2] in DICTIONARY]
    if not pages:
        sys.exit(f"No letters in {out}: run recto check --out {out}")
    with ThreadPoolExecutor(2) as pool:
        texts = list(pool.map(page_text, [path for path, _, _ in pages]))
    found = []                                                   # (where, language, text, allowed words)
    for (path, sample, language), text in zip(pages, texts):
        kind = path.parent.name
        allowed = allowed_words(json.loads((templates / kind / "samples" / f"{sample}.json").read_text("utf-8")))
        other = OTHER[language]
        for passage in passages[other]:
            for one in passage.findall(text):
                found.append((f"{kind}/{sample}.{language}", other, one, allowed[other]))
            text = passage.sub(" ", text)
        found.append((f"{kind}/{sample}.{language}", language, text, allowed[language]))
    for path in sorted(templates.rglob("*.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        data.pop("must_say", None)                               # quotations of the pages, with the other language's offer
        for text, language in strings(data):
            if language:
                found.append((str(path.relative_to(templates)), language, re.sub(r"\{\w*\}", " ", text), set()))
    at = {"en": {}, "fr": {}}                                    # language -> word -> places
    for where, language, text, allowed in found:
        for word in set(words(text, language)):
            if word.casefold() not in allowed:
                at[language].setdefault(word, []).append((where, allowed))
    result = []
    for language, places in at.items():
        glossary = read_glossary(language)
        candidates = {word for word in places if not in_glossary(word, glossary)}
        candidates |= {part for word in candidates for part in parts(word)}
        unknown = hunspell(language, sorted(candidates))
        for word, wheres in places.items():
            if word not in unknown:
                continue
            pieces = parts(word)
            for where, allowed in wheres:
                bad = [one for one in pieces if one in unknown and one.casefold() not in allowed and not in_glossary(one, glossary)]
                if bad or (len(pieces) < 2 and not in_glossary(word, glossary)):
                    result.append((where, language, word))
    return sorted(set(result)), len(pages)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder, source = map(Path, sys.argv[1:])
    faults, checked = unknown_words(folder, source)
    for place, tongue, unknown_word in faults:
        print(f"{place}: {unknown_word}" + ("" if place.endswith(f".{tongue}") else f" ({tongue})"))
    print(f"{checked} letters, {len(faults)} unknown words.", file=sys.stderr)
    sys.exit(1 if faults else 0)
