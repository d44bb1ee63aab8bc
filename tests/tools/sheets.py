"""Writes the sheets that tests/recto/spreadsheets.rs reads, by the libraries that offices use, into a folder."""

import sys
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableProperties
from odf.table import CoveredTableCell, Table, TableCell, TableColumn, TableRow
from odf.text import P
from openpyxl.utils.datetime import CALENDAR_MAC_1904

DAY = date(2026, 11, 17)
# What is stored, by which format, in the order of the columns.
VALUES = [
    ("DR-2026-004512", "@"),
    (4512377, "000000000"),
    (1234.56, "#,##0.00"),
    (19.989999999999998, "General"),
    (0.075, "0.0%"),
    (DAY, "yyyy-mm-dd"),
    ("+1 416 555 0100", "@"),
    (True, "General"),
]
FRACTIONS = [0.5, 0.3, 0.7, 0.01, 12345678.9, -0.07, 1e9, 536870911]

# What Excel shows of a number by a format code: the test has what that is.
CODES = [
    (42, '"DR-"0000'), (1234.56, '#,##0.00\\ "$"'), (1234.5, '_-* #,##0.00_-;\\-* #,##0.00_-;_-* "-"??_-;_-@_-'),
    (-1234.5, "$#,##0.00_);[Red]($#,##0.00)"), (0.075, "0.0\\ %"), (4165550100, "[<=9999999]###\\-####;\\(###\\)\\ ###\\-####"),
    (46454286, "000\\ 000\\ 000"), (0.5, "# ?/?"), (1.25, "[h]:mm:ss"), (123456, "0.00E+00"), (5, "[Blue]0.0;[Red]0.0"),
    (7, "[$-1009]0.00"), (1, '"oui";;"non"'), (1.005, "0.00"), (0.285, "0.0%"), (1e20, "0"), (12345.678, "0.0,"),
    (1234.56, "# ##0.00"), (3, "0" * 300), (-5, "0;[Red]-0"),
]


def with_openpyxl(folder):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Dossiers"
    for column, (value, code) in enumerate(VALUES, 1):
        sheet.cell(1, column, f"C{column}")
        sheet.cell(2, column, value).number_format = code
    sheet["A3"], sheet["B3"], sheet["C3"] = "=1+1", "#N/A", timedelta(hours=30)
    sheet["C3"].number_format = "[h]:mm"
    for row in range(4, 8):
        sheet.cell(row, 1, f"row {row}")
    sheet.row_dimensions[4].hidden = True
    sheet.row_dimensions.group(6, 6, outline_level=1, hidden=True)
    sheet.column_dimensions.group("C", "D", hidden=True)
    sheet.merge_cells("A9:B10")
    sheet["A9"] = "joined"
    sheet.auto_filter.ref = "A1:H7"
    sheet.auto_filter.add_filter_column(0, ["row 7"])
    book.create_sheet("Cachée").sheet_state = "hidden"
    book.create_sheet("Enfouie").sheet_state = "veryHidden"
    book.save(folder / "openpyxl.xlsx")
    book = openpyxl.Workbook()
    for column, (value, code) in enumerate(CODES, 1):
        book.active.cell(1, column, value).number_format = code
    book.save(folder / "codes.xlsx")
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append([DAY, datetime(2026, 11, 17, 13, 30)])
    book.save(folder / "openpyxl-1904.xlsx")


def with_xlsxwriter(folder):
    for name, options in [("", {}), ("-inline", {"constant_memory": True}), ("-1904", {"date_1904": True})]:
        book = xlsxwriter.Workbook(folder / f"xlsxwriter{name}.xlsx", options)
        sheet = book.add_worksheet("Dossiers")
        for column, (value, code) in enumerate(VALUES):
            style = book.add_format({"num_format": code})
            write = sheet.write_datetime if isinstance(value, date) else sheet.write
            write(0, column, value, style)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        serial = (DAY - (date(1904, 1, 1) if "1904" in name else date(1899, 12, 30))).days
        sheet.write_formula(1, 0, "=DATE(2026,11,17)", day, serial)
        sheet.write_formula(1, 1, "=1+1")
        sheet.write_formula(1, 2, '="a"&"b"', None, "ab")
        sheet.write_formula(1, 3, "=1/0", None, "#DIV/0!")
        if not options.get("constant_memory"):
            sheet.write_rich_string(1, 4, "Ana ", book.add_format({"bold": True}), "Côté")
        book.close()
    book = xlsxwriter.Workbook(folder / "wide.xlsx")
    book.add_worksheet().write(0, 500, "one too many")
    book.close()
    book = xlsxwriter.Workbook(folder / "long.xlsx", {"constant_memory": True})
    sheet = book.add_worksheet()
    for row in range(101_001):
        sheet.write(row, 0, row)
    book.close()


def with_xlwt(folder):
    for name, mac in [("", False), ("-1904", True)]:
        book = xlwt.Workbook(encoding="utf-8")
        book.dates_1904 = mac
        sheet = book.add_sheet("Dossiers")
        for column, (value, code) in enumerate(VALUES):
            sheet.write(0, column, value, xlwt.easyxf(num_format_str=code))
        for column, value in enumerate(FRACTIONS):
            sheet.write(1, column, value)
        sheet.write(2, 0, xlwt.Formula("1+1"))
        sheet.write(2, 1, "Éloïse Côté")
        for row in range(3, 6):
            sheet.write(row, 0, f"row {row + 1}")
        sheet.row(3).hidden = True
        sheet.row(4).height, sheet.row(4).height_mismatch = 0, True
        sheet.col(2).hidden = True
        sheet.write_merge(7, 8, 0, 1, "joined")
        hidden = book.add_sheet("Cachée")
        hidden.visibility = 1
        book.save(str(folder / f"xlwt{name}.xls"))


def with_odfpy(folder):
    book = OpenDocumentSpreadsheet()
    unseen = Style(name="unseen", family="table")
    unseen.addElement(TableProperties(display="false"))
    book.automaticstyles.addElement(unseen)
    table = Table(name="Dossiers")
    table.addElement(TableColumn(numbercolumnsrepeated=2))
    table.addElement(TableColumn(visibility="collapse"))

    def row(cells, **of_row):
        line = TableRow(**of_row)
        for shown, of_cell in cells:
            cell = TableCell(**of_cell)
            if shown is not None:
                cell.addElement(P(text=shown))
            line.addElement(cell)
        table.addElement(line)
        return line

    row([
        ("DR-2026-004512", {"valuetype": "string"}),
        ("004512377", {"valuetype": "float", "value": "4512377"}),
        ("1 234,56", {"valuetype": "float", "value": "1234.56"}),
        ("19,99", {"valuetype": "float", "value": "19.989999999999998"}),
        ("7,5 %", {"valuetype": "percentage", "value": "0.075"}),
        ("17 nov. 2026", {"valuetype": "date", "datevalue": "2026-11-17"}),
        ("1 234,56 $", {"valuetype": "currency", "currency": "CAD", "value": "1234.56"}),
        ("VRAI", {"valuetype": "boolean", "booleanvalue": "true"}),
    ])
    row([
        (None, {"formula": "of:=1+1"}),
        (None, {"formula": "of:=1+1", "valuetype": "float"}),
        ("#N/A", {"formula": "of:=NA()", "valuetype": "string", "stringvalue": ""}),
        ("#DIV/0!", {"formula": "of:=1/0", "valuetype": "float", "value": "0"}),
        ("x", {"numbercolumnsrepeated": 2, "valuetype": "string"}),
    ])
    row([(None, {"numbercolumnsrepeated": 16384})], numberrowsrepeated=1000)
    row([("filtered", {"valuetype": "string"})], visibility="filter")
    row([("collapsed", {"valuetype": "string"})], visibility="collapse")
    joined = row([("joined", {"valuetype": "string", "numbercolumnsspanned": 2, "numberrowsspanned": 1})])
    joined.addElement(CoveredTableCell())
    row([("alike", {"valuetype": "string"})], numberrowsrepeated=3)
    row([(None, {"numbercolumnsrepeated": 16384})], numberrowsrepeated=1_047_000)
    book.spreadsheet.addElement(table)
    book.spreadsheet.addElement(Table(name="Cachée", stylename=unseen))
    book.save(str(folder / "odfpy.ods"))


def patched(folder, source, target, part=None, edits=(), added=()):
    """A copy of a package with texts of some parts replaced, or parts added."""
    with zipfile.ZipFile(folder / source) as old, zipfile.ZipFile(folder / target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            if part is None or name == part:
                for before, after in edits:
                    assert part is None or before.encode() in text, (source, before)
                    text = text.replace(before.encode(), after.encode())
            new.writestr(name, text)
        for name, text in added:
            new.writestr(name, text)


def sheet_of(folder, name, rows, before=""):
    """A workbook whose rows are as given, in the words of its XML."""
    book = openpyxl.Workbook()
    book.save(folder / name)
    (folder / name).rename(folder / "plain.xlsx")
    patched(folder, "plain.xlsx", name, "xl/worksheets/sheet1.xml", [
        ("<sheetData></sheetData>", f"{before}<sheetData>{rows}</sheetData>"),
    ])


def by_hand(folder):
    main, strict = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"
    relations, strict_relations = (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "http://purl.oclc.org/ooxml/officeDocument/relationships",
    )
    patched(folder, "openpyxl.xlsx", "strict.xlsx", None, [(main, strict), (relations, strict_relations)])
    patched(folder, "openpyxl.xlsx", "macros.xlsx", added=[("xl/vbaProject.bin", b"\0")])
    patched(folder, "openpyxl.xlsx", "macro-kind.xlsx", "[Content_Types].xml", [
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
    ])
    patched(folder, "openpyxl.xlsx", "macro-sheet.xlsx", added=[("xl/macrosheets/sheet1.xml", b"<x/>")])
    patched(folder, "openpyxl.xlsx", "bomb.xlsx", added=[("xl/bomb.xml", b"\0" * (300 << 20))])
    patched(folder, "openpyxl.xlsx", "many.xlsx", added=[(f"xl/{part}.xml", b"") for part in range(2100)])
    patched(folder, "odfpy.ods", "macros.ods", "META-INF/manifest.xml", [
        ("</manifest:manifest>", '<manifest:file-entry manifest:full-path="Basic/Standard/script-lb.xml" manifest:media-type="text/xml"/></manifest:manifest>'),
    ])
    patched(folder, "odfpy.ods", "encrypted.ods", "META-INF/manifest.xml", [
        ("</manifest:manifest>", '<manifest:file-entry manifest:full-path="x"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>'),
    ])
    entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    patched(folder, "odfpy.ods", "entities.ods", "content.xml", [("<office:document-content", entities + "<office:document-content"), (">x<", ">&b;<")])
    patched(folder, "odfpy.ods", "cut.ods", "content.xml", [("</office:spreadsheet></office:body></office:document-content>", "")])
    text = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'
    sheet_of(folder, "no-places.xlsx", "<row><c t=\"inlineStr\"><is><t>a</t></is></c><c><f>1+1</f></c></row><row hidden=\"1\"><c><v>2</v></c></row><row ht=\"0\"><c><v>3</v></c></row>")
    sheet_of(folder, "rows-out-of-order.xlsx", f'<row r="2">{text.format("A2", "b")}</row><row r="1">{text.format("A1", "a")}</row>')
    sheet_of(folder, "far.xlsx", '<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>')
    sheet_of(folder, "cells-out-of-order.xlsx", f'<row r="1">{text.format("B1", "b")}{text.format("A1", "a")}</row>')
    sheet_of(folder, "long-text.xlsx", f'<row r="1">{text.format("A1", "x" * 32_768)}</row>')
    sheet_of(folder, "longest-text.xlsx", f'<row r="1">{text.format("A1", "x" * 32_767)}</row>')
    sheet_of(folder, "kinds.xlsx", '<row r="1"><c r="A1" t="d"><v>2026-11-17</v></c><c r="B1" t="d"><v>2026-11-17T13:30:00Z</v></c>'
             '<c r="C1" t="e"><f>A1</f><v>#SPILL!</v></c><c r="D1" t="e"><v>#REF!</v></c><c r="E1" t="str"><f>""</f><v></v></c>'
             '<c r="F1" t="inlineStr"><is><r><t>An</t></r><r><t>a</t></r><rPh sb="0" eb="1"><t>wrong</t></rPh></is></c>'
             '<c r="G1"><f>1+1</f><v></v></c><c r="H1" t="b"><v>0</v></c><c r="I1" t="inlineStr"><is><t>&lt;&amp;&#233;</t></is></c></row>')
    sheet_of(folder, "columns.xlsx", f'<row r="1">{text.format("A1", "a")}</row>', '<cols><col min="2" max="3" width="0" customWidth="1"/><col min="5" max="16384" hidden="1"/></cols>')


if __name__ == "__main__":
    place = Path(sys.argv[1])
    for write in [with_openpyxl, with_xlsxwriter, with_xlwt, with_odfpy, by_hand]:
        write(place)
