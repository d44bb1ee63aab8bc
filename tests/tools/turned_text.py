"""The words of each page of a PDF, turned text included: python3 turned_text.py FILE. Pages end with a form feed.

pdftotext gives the letters of a text set at an angle one by one and in no useful order, so words set at one angle are put
together here from poppler's boxes: the letters of the specimen mark are by far the largest on the page.
"""
import html
import re
import subprocess
import sys

boxes = subprocess.run(["pdftotext", "-bbox-layout", sys.argv[1], "-"], check=True, capture_output=True, text=True).stdout
for page in boxes.split("<page ")[1:]:
    words = re.findall(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>', page)
    plain, large = [], []
    for x0, y0, x1, y1, word in words:
        tall = float(y1) - float(y0) > 40
        (large if tall else plain).append((float(x0), html.unescape(word)))
    print("".join(word for _, word in sorted(large)), " ".join(word for _, word in plain), end="\f")
