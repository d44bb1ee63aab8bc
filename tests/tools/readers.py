"""The words of a PDF as other readers than poppler read them.

    python readers.py FILE.pdf

Prints {"pypdf": "…", "pdfminer": "…"}. pdfminer asks for two libraries that it uses for encrypted files and for old encodings, of
which there are none here: stand-ins keep compiled code out of the tests.
"""

import json
import sys
import types

from pypdf import PdfReader


class Anything(types.ModuleType):
    def __getattr__(self, name):
        return object


for name in ("cryptography", "cryptography.hazmat", "cryptography.hazmat.backends", "cryptography.hazmat.primitives",
             "cryptography.hazmat.primitives.ciphers", "charset_normalizer"):
    sys.modules[name] = Anything(name)

from pdfminer.high_level import extract_text  # noqa: E402

path = sys.argv[1]
pages = [page.extract_text() for page in PdfReader(path).pages]
print(json.dumps({"pypdf": "\n".join(pages), "pdfminer": extract_text(path)}))
