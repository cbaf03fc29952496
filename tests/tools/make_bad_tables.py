#!/usr/bin/env python3
"""Writes tests/corpora/bad/tables: small files that a reader of tables has to refuse or to mark.

Only the standard library; running it again writes the same bytes.
    python3 tests/tools/make_bad_tables.py
"""

import gzip
import io
import pathlib
import struct
import zipfile

OUT = pathlib.Path(__file__).resolve().parents[1] / "corpora" / "bad" / "tables"
WHEN = (2025, 1, 1, 0, 0, 0)
files = {}


def put(name, data):
    assert name not in files, name
    files[name] = data.encode() if isinstance(data, str) else data


def pack(parts, method=zipfile.ZIP_DEFLATED):
    """A zip of (name, bytes) in order, with fixed times."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, data in parts:
            info = zipfile.ZipInfo(name, WHEN)
            info.compress_type = method
            info.create_system = 0
            z.writestr(info, data)
    return out.getvalue()


def patched(data, at, new):
    return data[:at] + new + data[at + len(new):]


# ---- text ----------------------------------------------------------------------------------------

TEXT = "编码,名称,数\n990121105203,上坝村,3\n990121105204,下坝村,4\n"
GBK = TEXT.encode("gbk")

put("csv-empty.csv", "")
put("csv-mark-only.csv", "\ufeff")
put("csv-blank.csv", ",,\n,,\n\n")
put("csv-mixed.csv", TEXT.encode() + "990121105205,山口村,5\n".encode("gbk"))
put("csv-mixed-gbk-first.csv", GBK + "990121105205,山口村,5\n".encode())
put("csv-no-encoding.csv", b"a,b\n1,2\n3,\xff\xfe\xff\n")
put("csv-utf16-half.csv", b"\xff\xfe" + TEXT.encode("utf-16-le")[:-1])
put("csv-utf16-surrogate.csv", b"\xff\xfe" + "a,b\n1,".encode("utf-16-le") + b"\x00\xd8\n\x00")
put("csv-mark-then-gbk.csv", b"\xef\xbb\xbf" + GBK)
put("csv-nul.csv", b"a,b\n1,\x00\n")
put("csv-nul-many.csv", bytes(range(256)) * 4)
put("csv-open-quote.csv", '编码,名称\r\n01,甲\r\n02,"乙\r\n03,丙\r\n')
put("csv-open-quote-first.csv", '"编码,名称\n01,甲\n')
put("csv-gbk.csv", GBK)
put("csv-controls.csv", "编码,名称\n01,甲\x1b]52;c;QQ==\x07\n02,乙\u202e丙\n")
put("csv-c1.csv", "编码,名称\n01,甲\u009b31m\n")
for n, mark in enumerate(["秘密★1年", "机密 ★", "〔绝密〕", "密级：秘密", "涉密", "【机密】 某表"], 1):
    put(f"csv-classified-{n}.csv", f"{mark},,\n编码,名称,数\n01,甲,1\n")
put("csv-classified-gbk.csv", "某某一览表　　秘密★长期,,\n编码,名称,数\n".encode("gbk"))

# ---- what is no table ----------------------------------------------------------------------------

put("html-as.xls", "<html><head><meta charset=utf-8></head><table><tr><td>编码</td></tr></table></html>")
put("html-gbk.xls", "\r\n<HTML><table><tr><td>编码</td></tr></table>".encode("gbk"))
put("html-utf16.xls", b"\xff\xfe" + "<html><table></table></html>".encode("utf-16-le"))
put("html-fragment.xls", "<table border=1><tr><td>a</td></tr></table>")
put("mht.xls", "MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n")
put("xml-2003.xls", '<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>')
put("xml.xml", '<?xml version="1.0"?><root/>')
put("json.csv", '{"type":"FeatureCollection","features":[]}')
put("json-list.csv", '[{"编码":"01"}]')
put("lfs.xlsx", "version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 12345\n")
put("pdf.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n")
put("scan.png", b"\x89PNG\r\n\x1a\n" + bytes(16))
put("scan.jpg.xlsx", b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(16))
put("scan.tif", b"II*\x00" + bytes(16))
put("scan.gif", b"GIF89a" + bytes(16))
put("scan.webp", b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(8))
put("scan.bmp", b"BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00" + bytes(16))
put("scan.heic", b"\x00\x00\x00\x18ftypheic" + bytes(16))
put("text.rtf", b"{\\rtf1\\ansi a}")
put("packed.rar", b"Rar!\x1a\x07\x00" + bytes(16))
put("packed.7z", b"7z\xbc\xaf\x27\x1c" + bytes(16))
put("packed.csv.gz", gzip.compress(GBK, mtime=0))
put("map.shp", b"\x00\x00\x27\x0a" + bytes(96))
put("program.exe.csv", b"\x7fELF" + bytes(60))
put("biff4.xls", b"\x09\x04\x06\x00\x00\x00\x10\x00")
put("sylk.xls", "ID;PWXL;N;E\n")


# ---- compound files ------------------------------------------------------------------------------

def compound(streams):
    """A compound file of version 3; streams are (name, bytes) of 4,096 bytes or more."""
    sectors, directory = [], []
    entry = lambda name, kind, start, size, child=0xFFFFFFFF, right=0xFFFFFFFF: (
        name.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HBB", 2 * len(name) + 2, kind, 1)
        + struct.pack("<III", 0xFFFFFFFF, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
    chains = []
    for name, data in streams:
        data = data.ljust(max(4096, -(-len(data) // 512) * 512), b"\0")
        first = len(sectors)
        sectors += [data[n : n + 512] for n in range(0, len(data), 512)]
        chains.append((first, len(sectors)))
        directory.append((name, first, len(data)))
    records = entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1)
    for n, (name, first, size) in enumerate(directory, 1):
        records += entry(name, 2, first, size, right=n + 1 if n < len(directory) else 0xFFFFFFFF)
    records = records.ljust(-(-len(records) // 512) * 512, b"\0")
    directory_at = len(sectors)
    sectors += [records[n : n + 512] for n in range(0, len(records), 512)]
    chains.append((directory_at, len(sectors)))
    fat = [0xFFFFFFFF] * 128
    for first, end in chains:
        for n in range(first, end):
            fat[n] = n + 1 if n + 1 < end else 0xFFFFFFFE
    fat_at = len(sectors)
    fat[fat_at] = 0xFFFFFFFD
    sectors.append(struct.pack("<128I", *fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += bytes(6) + struct.pack("<IIIIIIIII", 0, 1, directory_at, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", fat_at) + b"\xff" * (4 * 108)
    return header + b"".join(sectors)


def record(kind, data=b""):
    return struct.pack("<HH", kind, len(data)) + data


def biff(extra=b"", cells=()):
    """The stream of a binary workbook with one sheet; a number may come with the index of its XF record."""
    name = "表1"
    head = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 0)) + extra
    sheet_at = len(head) + 4 + 8 + 2 * len(name) + 4
    bound = record(0x85, struct.pack("<IHBB", sheet_at, 0, len(name), 1) + name.encode("utf-16-le"))
    body = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 1997, 0, 0))
    for row, column, value in cells:
        value, xf = value if isinstance(value, tuple) else (value, 0)
        if isinstance(value, str):
            body += record(0x204, struct.pack("<HHHHB", row, column, 0, len(value), 1) + value.encode("utf-16-le"))
        else:
            body += record(0x203, struct.pack("<HHHd", row, column, xf, value))
    return head + bound + record(0x0A) + body + record(0x0A)


CELLS = [(0, 0, "编码"), (0, 1, "名称"), (0, 2, "占比"), (1, 0, "990121105203"), (1, 1, "上坝村"), (1, 2, 0.5)]
put("xls-truncated.xls", compound([("Workbook", biff(cells=CELLS))])[:1500])
put("xls-password.xls", compound([("Workbook", biff(extra=record(0x2F, bytes(6))))]))
put("xls-garbage.xls", compound([("Workbook", b"\xff" * 4096)]))
put("xls-fraction.xls", compound([("Workbook", biff(cells=CELLS))]))
put("xls-classified.xls", compound([("Workbook", biff(cells=[(0, 0, "机密★5年")] + CELLS[3:]))]))
put("xls-far.xls", compound([("Workbook", biff(cells=CELLS + [(65535, 255, "远")]))]))
put("locked.xlsx", compound([("EncryptedPackage", bytes(4096)), ("EncryptionInfo", bytes(4096))]))
put("old.doc", compound([("WordDocument", bytes(4096))]))
put("slides.ppt", compound([("PowerPoint Document", bytes(4096))]))
put("compound-empty.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000))

# ---- archives ------------------------------------------------------------------------------------

ONE = pack([("一.csv", TEXT)])
put("zip-truncated.zip", ONE[:-30])
put("zip-prefix.zip", b"MZ" + ONE)
put("zip-suffix.zip", ONE + b"tail")
put("zip-empty.zip", pack([]))
put("zip-twice.zip", pack([("a.csv", "a,b\n1,2\n"), ("b.csv", "a,b\n1,3\n")]).replace(b"b.csv", b"a.csv"))
put("zip-twice-by-case.zip", pack([("a.csv", "a,b\n1,2\n"), ("A.CSV", "a,b\n1,3\n")]))
for n, bad in enumerate(["../../../pwned.csv", "/etc/pwned.csv", "C:/pwned.csv", "a\x1b]52;c.csv", "a\u202evsc.csv", "a//b.csv"], 1):
    put(f"zip-name-{n}.zip", pack([(bad, TEXT)]))
put("zip-name-backslash.zip", pack([("a/pwned.csv", TEXT)]).replace(b"a/pwned.csv", b"a\\pwned.csv"))
link = io.BytesIO()
with zipfile.ZipFile(link, "w") as z:
    info = zipfile.ZipInfo("link.csv", WHEN)
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    z.writestr(info, "/etc/passwd")
put("zip-link.zip", link.getvalue())
central = ONE.index(b"PK\x01\x02")
put("zip-password.zip", patched(patched(ONE, 6, b"\x01\x08"), central + 8, b"\x01\x08"))
put("zip-method.zip", pack([("a.csv", TEXT)], zipfile.ZIP_BZIP2))
put("zip-bomb.zip", pack([("a.csv", b" " * (4 << 20))]))
put("zip-size-more.zip", patched(ONE, central + 24, struct.pack("<I", 10)))
put("zip-size-less.zip", patched(ONE, central + 24, struct.pack("<I", 10_000)))
put("zip-size-huge.zip", patched(patched(ONE, central + 24, struct.pack("<I", 300 << 20)), central + 20, struct.pack("<I", 4 << 20)))
put("zip-checksum.zip", patched(ONE, central + 16, b"\0\0\0\0"))
put("zip-other-name.zip", patched(ONE, 30, b"\xe4\xba\x8c"))
put("zip-overlap.zip", (lambda z, c: patched(z, z.index(b"PK\x01\x02", c + 4) + 42, b"\0\0\0\0"))(
    *(lambda z: (z, z.index(b"PK\x01\x02")))(pack([("a.csv", TEXT), ("b.csv", TEXT)]))))
put("zip-many.zip", pack([(f"{n}", b"") for n in range(1001)], zipfile.ZIP_STORED))
put("zip-in-zip.zip", pack([("内.zip", ONE), ("外.csv", TEXT)]))
put("zip-of-anything.zip", pack([("a.pdf", b"%PDF-1.4"), ("b.png", b"\x89PNG\r\n"), ("c.db", b"SQLite format 3\0"), ("__MACOSX/._a", b"x")]))
put("ofd.ofd", pack([("OFD.xml", "<ofd/>")]))
put("pptx.pptx", pack([("[Content_Types].xml", "<Types/>"), ("ppt/presentation.xml", "<p/>")]))
put("xlsb.xlsb", pack([("[Content_Types].xml", "<Types/>"), ("xl/workbook.bin", b"\0")]))

# ---- workbooks -----------------------------------------------------------------------------------

NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
REL = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
ROW1 = '<row r="1"><c r="A1" t="inlineStr"><is><t>编码</t></is></c><c r="B1" t="inlineStr"><is><t>数</t></is></c></row>'


def workbook(rows=ROW1, after="", strings=None, sheet=None, names=("表1",), drop=(), extra=(), before=""):
    sheet = sheet if sheet is not None else f"{HEAD}{before}<worksheet {NS}><sheetData>{rows}</sheetData>{after}</worksheet>"
    listed = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(names, 1))
    related = "".join(f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i in range(1, len(names) + 1))
    parts = [
        ("[Content_Types].xml", HEAD + "<Types/>"),
        ("_rels/.rels", f'{HEAD}<Relationships {REL}><Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'),
        ("xl/workbook.xml", f'{HEAD}<workbook {NS} xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels", f"{HEAD}<Relationships {REL}>{related}</Relationships>"),
    ]
    parts += [(f"xl/worksheets/sheet{i}.xml", sheet) for i in range(1, len(names) + 1)]
    if strings is not None:
        parts.append(("xl/sharedStrings.xml", strings))
    return pack([p for p in parts if p[0] not in drop] + list(extra))


def cell(ref, value, kind=None):
    t = f' t="{kind}"' if kind else ""
    return f'<c r="{ref}"{t}><v>{value}</v></c>'


SST = f'{HEAD}<sst {NS} count="2" uniqueCount="2"><si><t>编码</t></si><si><t>名称</t></si></sst>'
DOCTYPE = '<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n'

put("xlsx-doctype-strings.xlsx", workbook(strings=SST.replace(HEAD, HEAD + DOCTYPE)))
put("xlsx-doctype-sheet.xlsx", workbook(before=DOCTYPE))
put("xlsx-corner.xlsx", workbook(ROW1 + '<row r="1048576">' + cell("XFD1048576", 1) + "</row>"))
put("xlsx-wide.xlsx", workbook(ROW1 + '<row r="2">' + cell("AMK2", 1) + "</row>"))
put("xlsx-row-zero.xlsx", workbook('<row r="0">' + cell("A0", 1) + "</row>"))
put("xlsx-row-far.xlsx", workbook('<row r="1048577">' + cell("A1048577", 1) + "</row>"))
put("xlsx-row-overflow.xlsx", workbook('<row r="4294967297">' + cell("A4294967297", 1) + "</row>"))
put("xlsx-column-far.xlsx", workbook('<row r="1">' + cell("ZZZZZZZZ1", 1) + "</row>"))
put("xlsx-row-back.xlsx", workbook('<row r="2">' + cell("A2", 1) + '</row><row r="1">' + cell("A1", 2) + "</row>"))
put("xlsx-cell-twice.xlsx", workbook('<row r="1">' + cell("A1", 1) + cell("A1", 2) + "</row>"))
put("xlsx-cell-elsewhere.xlsx", workbook('<row r="1">' + cell("A7", 1) + "</row>"))
put("xlsx-string-minus.xlsx", workbook('<row r="1">' + cell("A1", "-1", "s") + "</row>", strings=SST))
put("xlsx-string-word.xlsx", workbook('<row r="1">' + cell("A1", "x", "s") + "</row>", strings=SST))
put("xlsx-string-far.xlsx", workbook('<row r="1">' + cell("A1", "2", "s") + "</row>", strings=SST))
put("xlsx-strings-gone.xlsx", workbook('<row r="1">' + cell("A1", "0", "s") + "</row>"))
put("xlsx-strings-hole.xlsx", workbook('<row r="1">' + cell("A1", "1", "s") + "</row>", strings=SST.replace("<si><t>编码</t></si>", "<si/>")))
put("xlsx-strings-promise.xlsx", workbook(strings=SST.replace('uniqueCount="2"', 'uniqueCount="99999999999"')))
put("xlsx-number-word.xlsx", workbook('<row r="1">' + cell("A1", "abc", "n") + "</row>"))
put("xlsx-kind-unknown.xlsx", workbook('<row r="1">' + cell("A1", "1", "q") + "</row>"))
put("xlsx-element-unknown.xlsx", workbook('<row r="1"><c r="A1"><zz>1</zz></c></row>'))
put("xlsx-cut-xml.xlsx", workbook(sheet=f"{HEAD}<worksheet {NS}><sheetData>{ROW1}"))
put("xlsx-crossed-xml.xlsx", workbook(sheet=f"{HEAD}<worksheet {NS}><sheetData><row r='1'></sheetData></row></worksheet>"))
put("xlsx-deep.xlsx", workbook(after="<a>" * 100 + "</a>" * 100))
put("xlsx-attributes.xlsx", workbook(after="<a " + " ".join(f'a{n}="{n}"' for n in range(400)) + "/>"))
put("xlsx-merge-word.xlsx", workbook(after='<mergeCells><mergeCell ref="A1:??"/></mergeCells>'))
put("xlsx-merge-back.xlsx", workbook(after='<mergeCells><mergeCell ref="B2:A1"/></mergeCells>'))
put("xlsx-names-twice.xlsx", workbook(names=("表1", "表1")))
put("xlsx-no-sheet.xlsx", workbook(drop=("xl/worksheets/sheet1.xml",)))
put("xlsx-no-relations.xlsx", workbook(drop=("xl/_rels/workbook.xml.rels",)))
put("xlsx-no-workbook.xlsx", workbook(drop=("xl/workbook.xml",)))
put("xlsx-empty.xlsx", workbook(rows=""))
put("xlsx-classified.xlsx", workbook('<row r="1"><c r="C1" t="inlineStr"><is><t>秘密★1年</t></is></c></row>' + ROW1.replace('"1"', '"2"').replace("A1", "A2").replace("B1", "B2")))
put("xlsx-formula.xlsx", workbook(ROW1 + '<row r="2"><c r="A2" t="inlineStr"><is><t>01</t></is></c><c r="B2"><f>SUM(B3:B9)</f></c></row>'))
put("xlsx-escapes.xlsx", workbook(ROW1 + '<row r="2"><c r="A2" t="inlineStr"><is><t>_x001B_]52;c;QQ==_x0007_</t></is></c><c r="B2" t="inlineStr"><is><t>&#27;[31m&#155;</t></is></c></row>'))
put("xlsx-bomb.xlsx", workbook(ROW1, extra=[("xl/media/image1.xml", b"<a>" + b" " * (8 << 20) + b"</a>")]))
put("xlsx-utf16.xlsx", workbook(sheet=f"{HEAD}<worksheet {NS}><sheetData>{ROW1}</sheetData></worksheet>".encode("utf-16")))

# ---- documents and OpenDocument ------------------------------------------------------------------

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def document(body, before=""):
    return pack([("[Content_Types].xml", HEAD + "<Types/>"), ("word/document.xml", f"{HEAD}{before}<w:document {W}><w:body>{body}</w:body></w:document>")])


P = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>".format
put("docx-no-table.docx", document(P("通知")))
put("docx-doctype.docx", document(P("通知"), DOCTYPE))
put("docx-classified.docx", document(P("机密★") + "<w:tbl><w:tr><w:tc>" + P("编码") + "</w:tc></w:tr></w:tbl>"))
put("docx-cut.docx", pack([("word/document.xml", f"<w:document {W}><w:body><w:tbl>")]))
put("docx-span.docx", document('<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="1000"/></w:tcPr>' + P("a") + '</w:tc><w:tc><w:tcPr><w:gridSpan w:val="1000"/></w:tcPr>' + P("b") + "</w:tc></w:tr></w:tbl>"))

ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="表1">{}</table:table></office:spreadsheet></office:body></office:document-content>'
)
CELL = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'


def ods(rows, before=""):
    return pack([("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", HEAD + before + ODS.format(rows)),
                 ("META-INF/manifest.xml", HEAD + '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')])


put("ods-doctype.ods", ods("", DOCTYPE))
put("ods-cut.ods", ods("<table:table-row>")[:-200])
put("ods-crossed.ods", ods("<table:table-row></table:table>"))
put("ods-repeats.ods", ods('<table:table-row table:number-rows-repeated="1048576">' + CELL.format(' table:number-columns-repeated="16384"', "多") + "</table:table-row>"))
put("ods-empty.ods", ods(""))
put("odt.odt", pack([("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", "<a/>")]))

if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    for name, data in files.items():
        (OUT / name).write_bytes(data)
    print(f"{len(files)} files, {sum(map(len, files.values())):,} bytes")
