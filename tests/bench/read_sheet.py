"""Reads a sheet as a Python program would, every cell as it is stored, and tells how long it took and the most that it held.

    python read_sheet.py openpyxl|pandas FILE

Prints {"rows", "seconds", "peak_kb"}. openpyxl reads workbooks as a stream; text is read by Python's own csv beside it.
"""

import csv
import json
import sys
import time


def by_openpyxl(path):
    if path.endswith(".csv"):
        with open(path, encoding="utf-8", newline="") as file:
            return sum(1 for row in csv.reader(file)) - 1
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    return sum(1 for row in book.worksheets[0].iter_rows(values_only=True)) - 1


def by_pandas(path):
    import pandas

    read = pandas.read_csv if path.endswith(".csv") else pandas.read_excel
    return len(read(path, dtype=str))


def peak_kb():
    """The most that this process has held; getrusage would count what its parent held when it was forked."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


reader, path = sys.argv[1:]
begun = time.perf_counter()
rows = {"openpyxl": by_openpyxl, "pandas": by_pandas}[reader](path)
seconds = time.perf_counter() - begun
print(json.dumps({"rows": rows, "seconds": seconds, "peak_kb": peak_kb()}))
