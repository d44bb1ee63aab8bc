"""Reads the QR codes of a page, one a line.

    python read_qr.py PAGE.pgm        (as pdftoppm -gray writes it)
"""

import sys

import zxingcpp


def page(path):
    with open(path, "rb") as file:
        data = file.read()
    _, size, _, pixels = data.split(b"\n", 3)
    width, height = map(int, size.split())
    return memoryview(pixels).cast("B", shape=[height, width])


for code in zxingcpp.read_barcodes(page(sys.argv[1])):
    print(code.text)
